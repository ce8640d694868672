/** Who probably is the other writer of what is contended, in words for its reason: a name, never content. */
import type { Draft, ReadHost, Target } from '../resources/kind.ts';
import { markedBy, writerAt } from './known-writers.ts';

/** What is larger is no file that a manager signs at its head. */
const MOST_BYTES = 1024 * 1024;

/** Looks at what is there now, so it comes before the repair. Undefined: nobody known. */
export async function likelyWriter(
  { claims }: Draft<unknown>,
  target: Target<unknown, unknown> | undefined,
  host: ReadHost,
): Promise<string | undefined> {
  const path = claims.find((claim) => claim.startsWith('path:'))?.slice('path:'.length);
  if (path === undefined) return undefined;
  // A mark that the wanted content bears as well says nothing of who wrote the other.
  const ours = new Set([...(target?.item?.contents?.values() ?? [])].flatMap((bytes) => markedBy(bytes)));
  const found = await host.fs.read(path, MOST_BYTES).catch(() => null);
  const marked = found === null ? undefined : markedBy(found).find((writer) => !ours.has(writer));
  if (marked !== undefined) return `${marked}, whose mark it bore`;
  const usual = writerAt(path);
  return usual === undefined ? undefined : `${usual}, which usually writes there`;
}
