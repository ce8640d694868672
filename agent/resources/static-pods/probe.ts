/**
 * Is the manifest there, and does its pod run? The second half needs kubelet; its port (`host.abilities.kubelet`) is
 * filled by a later issue, which reads the pod by its revision annotation here.
 */
import type { Health, ReadHost, State, Target } from '../kind.ts';
import { difference } from '../path-state.ts';
import { podReason } from './errors.ts';
import { samePod } from './found-manifest.ts';
import { observePods } from './observe.ts';
import type { PodState } from './pod-state.ts';
import type { PodItemSpec } from './spec.ts';

export async function probePod(
  at: Target<PodItemSpec, PodState>,
  expected: State<PodState>,
  host: ReadHost,
  signal: AbortSignal,
): Promise<Health> {
  const observation = (await observePods([at], host, signal)).get(at.address);
  if (observation === undefined) return { is: 'unknown' };
  if ('unknown' in observation) return { is: 'unknown', reason: observation.unknown };
  const element = { element: at.address };
  if (!samePod(observation.state, expected)) {
    const words = difference(expected, observation.state).replace('content', 'pod');
    return {
      is: 'unhealthy',
      reason: podReason('KSN-POD-017', `the manifest of ${at.address} is not as it was written: ${words}`, element),
    };
  }
  if (expected === null) return { is: 'healthy' };
  return { is: 'unjudged', reason: podReason('KSN-POD-016', 'Placed (no kubelet here)', element) };
}
