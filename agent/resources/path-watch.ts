/** Hints that paths may differ now, from the watches on their folders. */
import type { Address, DriftHint, KindName, ReadHost, Target } from './kind.ts';
import { pathOf } from './path-key.ts';

export async function* watchPaths(
  kind: KindName,
  at: readonly Target<unknown, unknown>[],
  host: ReadHost,
  signal: AbortSignal,
): AsyncGenerator<DriftHint> {
  const byPath = new Map<string, Address>(at.map(({ address }) => [pathOf(address), address]));
  for await (const changed of host.fs.watch([...byPath.keys()], signal)) {
    const addresses = touched(byPath, changed);
    if (addresses.length > 0) yield { kind, addresses };
  }
}

/** The path itself, and everything beneath: a folder may have been replaced with all that was in it. */
function touched(byPath: ReadonlyMap<string, Address>, changed: string): readonly Address[] {
  const own = byPath.get(changed);
  const beneath = changed === '/' ? '/' : `${changed}/`;
  const below = [...byPath].filter(([path]) => path.startsWith(beneath)).map(([, address]) => address);
  return own === undefined ? below : [own, ...below];
}
