/** Files that are known to hold keys and passwords, by their name or by what stands in them. Finds the usual ones, no more. */
import { baseName } from '../../hostfs/path.ts';

const names: readonly (readonly [pattern: RegExp, what: string])[] = [
  [/^(?:shadow|gshadow)-?$/, 'hashes of passwords'],
  [/^(?:\.netrc|\.pgpass|\.htpasswd|\.git-credentials|\.my\.cnf)$/, 'passwords'],
  [/\.keytab$|^keytab$/, 'Kerberos keys'],
  [/^ssh_host_.+_key$|^id_(?:rsa|dsa|ecdsa|ed25519)(?:_sk)?$/, 'a private key'],
  [/\.(?:p12|pfx|jks)$/, 'a key store'],
];

const contents: readonly (readonly [pattern: RegExp, what: string])[] = [
  [/-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----/, 'a private key'],
  [/^PuTTY-User-Key-File-\d/m, 'a private key'],
  [/AGE-SECRET-KEY-1/, 'a private key'],
  [/^[ \t]*PrivateKey[ \t]*=[ \t]*[A-Za-z0-9+/]{43}=/m, 'a private key'],
  // crypt(5): yescrypt, SHA-512, SHA-256, bcrypt.
  [/\$(?:y|gy|7|6|5|2[aby])\$[./A-Za-z0-9$=,]{20,}/, 'a hash of a password'],
  [/\bhvs\.[A-Za-z0-9_-]{24,}/, 'a Vault token'],
];

/** What it holds, in words, or null where nothing is known of it. */
export function holdsSecret(path: string, bytes: Uint8Array): string | null {
  const byName = names.find(([pattern]) => pattern.test(baseName(path)));
  if (byName !== undefined) return byName[1];
  // Latin-1: every byte is a character, and the patterns are ASCII.
  const text = Buffer.from(bytes).toString('latin1');
  return contents.find(([pattern]) => pattern.test(text))?.[1] ?? null;
}
