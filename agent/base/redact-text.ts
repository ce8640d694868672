/**
 * Takes secrets out of text that was written by others: output tails, foreign messages. It knows the shapes that
 * secrets usually have and the values it is given; it is the last net, not the reason why secrets stay inside.
 * When in doubt it hides too much.
 */

export const REDACTED = '[redacted]';

const LONGEST_PATH = 1_024;

/** Shorter values would hide ordinary words. */
const SHORTEST_VALUE = 4;

const SECRET_WORD =
  '(?:password|passwd|passphrase|passcode|pwd|secret|token|credential|api[-_]?key|private[-_]?key|access[-_]?key|auth[-_]?key|authkey|psk|auth_pass)';
const QUOTED = `"(?:[^"\\\\\\n]|\\\\.)*"?|'(?:[^'\\\\\\n]|\\\\.)*'?`;

interface Shape {
  readonly pattern: RegExp;
  readonly replacement: string;
  /** Not where the first group ends an absolute path: `/etc/app/secret: not there` names a file and no secret. */
  readonly sparesPaths?: true;
}

const SHAPES: readonly Shape[] = [
  // Whole blocks, blocks whose end was cut off, and blocks whose beginning was.
  {
    pattern: /-----BEGIN [A-Z0-9 ]*PRIVATE KEY( BLOCK)?-----[^]*?(-----END [A-Z0-9 ]*PRIVATE KEY( BLOCK)?-----|$)/g,
    replacement: REDACTED,
  },
  { pattern: /^[^]*-----END [A-Z0-9 ]*PRIVATE KEY( BLOCK)?-----/, replacement: REDACTED },
  { pattern: /([a-z][a-z0-9+.-]{0,30}:\/\/)[^\s/?#@"']{1,512}@/gi, replacement: `$1${REDACTED}@` },
  {
    pattern: /\b(authorization|cookie|x-vault-token)(["']?\s{0,4}[:=]\s{0,4})[^\n]+/gi,
    replacement: `$1$2${REDACTED}`,
  },
  { pattern: /\b(bearer|basic)\s+[\w+/.~-]{8,}=*/gi, replacement: `$1 ${REDACTED}` },
  // NAME=value, "name": "value", name: value; but not a parser's "unexpected token: x".
  {
    pattern: new RegExp(
      `(?<!(?:unexpected|invalid|unknown|bad|missing) )(\\b[\\w.-]{0,64}?${SECRET_WORD}[\\w-]{0,64}["']?\\s{0,4}[:=]\\s{0,4})(?:${QUOTED}|[^\\s"',;]+)`,
      'gi',
    ),
    replacement: `$1${REDACTED}`,
    sparesPaths: true,
  },
  // --password value
  {
    pattern: new RegExp(`(--?[\\w-]{0,64}?${SECRET_WORD}[\\w-]{0,32}\\s{1,4})(?:${QUOTED}|[^\\s"'-][^\\s]*)`, 'gi'),
    replacement: `$1${REDACTED}`,
    sparesPaths: true,
  },
  // keepalived's `auth_pass x`, haproxy's `password x` and `insecure-password x`.
  {
    pattern: /(\b(?:auth_pass|insecure-password|password)[ \t]+)[^\s]+/gi,
    replacement: `$1${REDACTED}`,
    sparesPaths: true,
  },
  // Tokens that show what they are: Vault, GitHub, Slack, AWS, JWT; crypt(3) hashes.
  { pattern: /\bhv[bsr]\.[\w-]{16,}|\bs\.[A-Za-z0-9]{24}\b/g, replacement: REDACTED },
  {
    pattern: /\bgh[opusr]_\w{20,}|\bgithub_pat_\w{20,}|\bxox[abpr]-[\w-]{10,}|\bA[KS]IA[0-9A-Z]{16}\b/g,
    replacement: REDACTED,
  },
  { pattern: /\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?/g, replacement: REDACTED },
  { pattern: /\$(?:1|2[abxy]?|5|6|7|y|gy|argon2(?:id?|d))\$[^\s:"']{8,}/g, replacement: REDACTED },
];

const secretName = new RegExp(`${SECRET_WORD}$|^(?:authorization|cookie|key|pem)$`, 'i');

/** A field of this name holds a secret, whatever its value looks like. */
export function isSecretName(name: string): boolean {
  return secretName.test(name);
}

/** `secrets`: values that must not show, as they are, in base64, or escaped for JSON or a URL. */
export function redactText(text: string, secrets: readonly string[] = []): string {
  let out = text;
  for (const secret of secrets) {
    if (secret.length < SHORTEST_VALUE) continue;
    const forms = [
      secret,
      secret.trim(),
      JSON.stringify(secret).slice(1, -1),
      encodeURIComponent(secret.toWellFormed()),
      Buffer.from(secret).toString('base64'),
    ];
    for (const form of new Set(forms)) if (form.length >= SHORTEST_VALUE) out = out.replaceAll(form, REDACTED);
  }
  for (const { pattern, replacement, sparesPaths } of SHAPES) {
    out = sparesPaths === true ? replaceSparing(out, pattern) : out.replace(pattern, replacement);
  }
  return out;
}

/** What follows a path is looked at as if the path were not there: it may have a secret of its own. */
function replaceSparing(text: string, pattern: RegExp): string {
  const looking = new RegExp(pattern);
  let out = '';
  let done = 0;
  for (let match = looking.exec(text); match !== null; match = looking.exec(text)) {
    const head = match[1] ?? '';
    const begins = match.index + head.length;
    if (endsPath(text, match.index, head)) {
      looking.lastIndex = begins;
      continue;
    }
    out += `${text.slice(done, begins)}${REDACTED}`;
    done = looking.lastIndex;
  }
  return out + text.slice(done);
}

/** `/etc/app/secret: `, `file:/etc/app/my-secret `; not `kv/app/secret: `, `https://x/secret: `, `/etc/secret=`. */
function endsPath(text: string, at: number, head: string): boolean {
  if (!/^[^=]*\s$/u.test(head)) return false;
  let begins = at;
  while (begins > 0 && at - begins < LONGEST_PATH && !/[\s"'(]/u.test(text.charAt(begins - 1))) begins -= 1;
  return /^(?:[A-Za-z]+:)?\/(?!\/)/u.test(text.slice(begins, at));
}
