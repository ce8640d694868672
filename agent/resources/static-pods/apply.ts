/**
 * Puts the manifest in its place by rename, or takes it away. Never by removing first: kubelet would see the pod go,
 * and a file with another name, or a folder replaced as a whole, would be another pod to it. A replaced pod is stopped
 * and started with a gap of seconds, and while kubelet is down old and new can run side by side for a moment
 * (k/k #112814); both are kubelet's, and the plan says so.
 */
import type { Change, Host } from '../kind.ts';
import { applyPath } from '../path-apply.ts';
import { exactChange, forPod } from './exact-change.ts';
import type { PodState } from './pod-state.ts';

export function applyPod(change: Change<PodState>, host: Host, signal: AbortSignal): Promise<void> {
  return forPod(change.address, async () => {
    const exact = await exactChange(change, host, signal);
    await applyPath(exact.change, exact.host, signal);
  });
}
