/** Gives the change its nonce, keeps the Pod that goes, and lets the rules of paths stage the file. */
import type { Change, Staged, StageHost, State } from '../kind.ts';
import { wordsOf } from '../path-owner.ts';
import { resolvedTo, stagePath } from '../path-stage.ts';
import { exactChange, forPod, pathOfChange } from './exact-change.ts';
import { decodeManifest } from './manifest.ts';
import { manifestAt } from './observe.ts';
import { isManifest, type PodState } from './pod-state.ts';

export function stagePod(change: Change<PodState>, host: StageHost, signal: AbortSignal): Promise<Staged<PodState>> {
  return forPod(change.address, async () => {
    signal.throwIfAborted();
    const resolved: Change<PodState> = { ...change, to: await withNonce(change, host, signal) };
    const exact = await exactChange(resolved, host, signal);
    await stagePath(exact.change, keepingPods(change, exact.host), signal);
    return { change: resolved, rejected: [] };
  });
}

/**
 * A Pod that comes (new, back by an undo, or back after somebody removed it) gets this change's nonce, and with it a
 * UID that kubelet has never seen. One that is there already keeps its own: new attributes restart nothing.
 */
async function withNonce(change: Change<PodState>, host: StageHost, signal: AbortSignal): Promise<State<PodState>> {
  const to = resolvedTo(change) as State<PodState>;
  if (!isManifest(to)) return to;
  const { state: there } = await manifestAt(pathOfChange(change, host), wordsOf(to), host, change.address, signal);
  return { ...to, nonce: isManifest(there) && there.content === to.content ? there.nonce : change.id };
}

/** Of our own manifest the Pod is kept: that is what its state names, and what an undo makes a manifest of. */
function keepingPods(change: Change<PodState>, host: StageHost): StageHost {
  if (!isManifest(change.from)) return host;
  const podIn = (bytes: Uint8Array) => decodeManifest(bytes, (some) => host.fingerprint(some))?.pod ?? bytes;
  return { ...host, savePreimage: (bytes) => host.savePreimage(podIn(bytes)) };
}
