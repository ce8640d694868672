/** What gives a weak secret away: the value itself, and every digest of it that a dictionary finds without a key. */
import { createHash } from 'node:crypto';

/** By trace, what it is of. Whole contents are texts of their own: `x\n` is not `x`. */
export function tracesOf(texts: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    texts.flatMap((text): [string, string][] => [
      [text.trim(), text.trim()],
      [unpadded(Buffer.from(text).toString('base64')), `base64 of ${text}`],
      [Buffer.from(text).toString('hex'), `hex of ${text}`],
      ...['md5', 'sha1', 'sha256', 'sha512'].flatMap((hash): [string, string][] => {
        const digest = createHash(hash).update(text).digest();
        return [
          [digest.toString('hex'), `${hash} of ${text}`],
          [unpadded(digest.toString('base64')), `${hash} of ${text}`],
          [digest.toString('base64url'), `${hash} of ${text}`],
        ];
      }),
    ]),
  );
}

/** What of them stands in a text; once each. */
export function tracesIn(all: string, traces: ReadonlyMap<string, string>): readonly string[] {
  return [...traces].filter(([trace]) => all.includes(trace)).map(([, what]) => what);
}

function unpadded(base64: string): string {
  return base64.replace(/=+$/, '');
}
