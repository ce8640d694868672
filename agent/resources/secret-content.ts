/**
 * Files that are known to hold keys and passwords, by their name or by what stands in them. Finds the usual ones, no
 * more. What it says is a kind of secret, never the secret.
 */
import { baseName } from '../../hostfs/path.ts';

const names: readonly (readonly [pattern: RegExp, what: string])[] = [
  [/^(?:shadow|gshadow)-?$/, 'hashes of passwords'],
  [/^(?:\.netrc|\.pgpass|\.htpasswd|\.git-credentials|\.my\.cnf)$/, 'passwords'],
  [/\.keytab$|^keytab$/, 'Kerberos keys'],
  [/^ssh_host_.+_key$|^id_(?:rsa|dsa|ecdsa|ed25519)(?:_sk)?$/, 'a private key'],
  [/\.(?:p12|pfx|jks)$/, 'a key store'],
];

/** Words of configuration that stand where a password would: examples, references, and what says that there is none. */
const NO_PASSWORD =
  '(?:true|false|yes|no|on|off|none|null|nil|prompt|ask|required|optional|sha\\d*|md5|pam|files?|plain|x|\\*+|<.*|\\.\\.\\.)';
/** `$VAR`, `${VAR}`, `%(name)s`, `{{ name }}`, `@NAME@`, a path and an example in brackets are no value. */
const NO_VALUE = `(?!["']?(?:${NO_PASSWORD}["']?[ \\t]*(?:[;#,].*)?[\\r]?$|[$%@{<(/]|\\[))`;
const PASSWORD_NAME =
  '(?:[\\w.-]*[_.-])?(?:password|passwd|passphrase|auth_pass|secret_key|client_secret|api[_-]?key|[\\w]*access[_-]key|auth[_-]?token|secret)';

const contents: readonly (readonly [pattern: RegExp, what: string])[] = [
  [/-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----/, 'a private key'],
  [/^PuTTY-User-Key-File-\d/m, 'a private key'],
  [/AGE-SECRET-KEY-1/, 'a private key'],
  [/^[ \t]*PrivateKey[ \t]*=[ \t]*[A-Za-z0-9+/]{43}=/m, 'a private key'],
  // crypt(5): yescrypt, SHA-512, SHA-256, bcrypt.
  [/\$(?:y|gy|7|6|5|2[aby])\$[./A-Za-z0-9$=,]{20,}/, 'a hash of a password'],
  [/\bhvs\.[A-Za-z0-9_-]{24,}/, 'a Vault token'],
  // A PEM in base64, as a kubeconfig has it: `LS0tLS1` is `-----`.
  [/\bclient-key-data["']?[ \t]*:[ \t]*["']?[A-Za-z0-9+/]{16,}/, 'a private key'],
  [/\bLS0tLS1CRUdJTi[A-Za-z0-9+/]{0,24}UFJJVkFURSBLRVk/, 'a private key'],
  [/"private_key"[ \t]*:[ \t]*"[^"]{16,}"/, 'a private key'],
  [/\bA[KS]IA[0-9A-Z]{16}\b|\baws_secret_access_key[ \t]*=[ \t]*\S{16,}/i, 'a cloud access key'],
  [/"auth"\s*:\s*"[A-Za-z0-9+/]{8,}={0,2}"|"(?:identity|registry)token"\s*:\s*"[^"]{8,}"/i, 'a registry login'],
  [/\bgh[opusr]_\w{20,}|\bgithub_pat_\w{20,}|\bglpat-[\w-]{20,}|\bxox[abpr]-[\w-]{10,}/, 'a token'],
  [/\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}/, 'a token'],
  [/\bbearer[ \t]+[\w+/.~-]{20,}=*/i, 'a token'],
  // YAML and JSON: `token: x`, "token": "x".
  [/^[ \t-]*["']?(?:id-|access_|refresh_)?token["']?[ \t]*:[ \t]*["']?[\w+/.~-]{16,}=*["']?,?[ \t]*\r?$/m, 'a token'],
  // `password = x`, `export DB_PASSWORD=x`, `password: x`; not in a comment.
  [
    new RegExp(
      `^[ \\t-]*(?:export[ \\t]+)?["']?${PASSWORD_NAME}["']?[ \\t]*[=:][ \\t]*(?!["']{2})${NO_VALUE}(?:"[^"\\n]{3,}"|'[^'\\n]{3,}'|[^\\s"'#;][^\\s"']{2,}),?[ \\t]*(?:[;#].*)?\\r?$`,
      'im',
    ),
    'a password',
  ],
];

/** What it holds, in words, or null where nothing is known of it. */
export function holdsSecret(path: string, bytes: Uint8Array): string | null {
  const byName = names.find(([pattern]) => pattern.test(baseName(path)));
  if (byName !== undefined) return byName[1];
  // Latin-1: every byte is a character, and the patterns are ASCII.
  const text = Buffer.from(bytes).toString('latin1');
  return contents.find(([pattern]) => pattern.test(text))?.[1] ?? null;
}
