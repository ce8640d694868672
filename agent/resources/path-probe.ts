/** Has it arrived? Paths need no time to become well. */
import { resourceError } from './errors.ts';
import type { Address, Health, ReadHost, State, Target } from './kind.ts';
import { observePaths } from './path-observe.ts';
import { difference, samePath, servesAsDirectory, type PathSpec, type PathState } from './path-state.ts';

export async function probePath(
  at: Target<PathSpec, PathState>,
  expected: State<PathState>,
  host: ReadHost,
  signal: AbortSignal,
): Promise<Health> {
  const observation = (await observePaths([at], host, signal)).get(at.address);
  if (observation === undefined) return { is: 'unknown' };
  if ('unknown' in observation) return { is: 'unknown', reason: observation.unknown };
  const seen = observation.state;
  if (samePath(seen, expected)) return { is: 'healthy' };
  if (at.item?.implied === true && servesAsDirectory(seen)) return { is: 'healthy' };
  // Not empty: removing it was never ours to do.
  if (expected === null && seen?.type === 'directory')
    return { is: 'healthy', reason: reason(at.address, 'stays, since it is not empty') };
  return { is: 'unhealthy', reason: reason(at.address, `is not as it was written: ${difference(expected, seen)}`) };
}

function reason(address: Address, words: string) {
  return resourceError('KSN-FILE-022', `${address} ${words}`, { element: address }).toReason();
}
