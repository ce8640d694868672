/** Hints from the manifest folder. New foreign files have no name to watch yet: the next full look finds them. */
import type { Address, DriftHint, ReadHost, Target } from '../kind.ts';
import { KIND } from './plan.ts';
import { pathOfTarget, type PodState } from './pod-state.ts';
import type { PodItemSpec } from './spec.ts';

export async function* watchPods(
  at: readonly Target<PodItemSpec, PodState>[],
  host: ReadHost,
  signal: AbortSignal,
): AsyncGenerator<DriftHint> {
  const byPath = new Map<string, Address>(at.map((target) => [pathOfTarget(target, host.settings), target.address]));
  for await (const changed of host.fs.watch([...byPath.keys()], signal)) {
    const address = byPath.get(changed);
    // A folder on the way: look at everything, foreign files too.
    yield address === undefined ? { kind: KIND } : { kind: KIND, addresses: [address] };
  }
}
