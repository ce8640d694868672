/**
 * A change of a pod as the change of a file that it is: the Pod and its nonce become the very bytes of the manifest.
 * The rules of paths then stage and apply it; nothing here writes.
 */
import { ThirdStateError, type Address, type Change, type StageHost, type State } from '../kind.ts';
import { wordsOf } from '../path-owner.ts';
import { resolvedTo } from '../path-stage.ts';
import type { PathState } from '../path-state.ts';
import { renderManifest } from './manifest.ts';
import { manifestAt } from './observe.ts';
import { isManifest, manifestPath, nameOf, pathFrom, type PodState } from './pod-state.ts';

export interface Exact<H extends StageHost> {
  /** Under the address of the file: `file:/etc/kubernetes/manifests/haproxy.json`. */
  readonly change: Change<PathState>;
  /** Knows the bytes of the manifest to come. */
  readonly host: H;
}

/** By its claim; for changes recorded without one, in the folder of today's settings. */
export function pathOfChange(change: Change<PodState>, host: StageHost): string {
  return pathFrom(change.claims) ?? manifestPath(host.settings.manifestFolder, nameOf(change.address));
}

/**
 * The same change in terms of a file, and the host to make it with. @throws where the bytes of a pod that is to come
 * are in neither spec nor pre-images.
 */
export async function exactChange<H extends StageHost>(
  change: Change<PodState>,
  host: H,
  signal: AbortSignal,
): Promise<Exact<H>> {
  const path = pathOfChange(change, host);
  const to = resolvedTo(change) as State<PodState>;
  const { state, raw, pod } = await manifestAt(path, wordsOf(change.from, to), host, change.address, signal);
  // The pod of `from` is there, with whatever nonce: after an undo the recorded one is older, and nobody may have the
  // bytes of what goes.
  const there = isManifest(change.from) && isManifest(state) && change.from.content === state.content;
  const from: State<PathState> = there && raw?.type === 'file' ? { ...change.from, content: raw.content } : change.from;
  if (!isManifest(to)) return { change: { ...change, address: `file:${path}`, from, to }, host };
  const { nonce, ...file } = to;
  // Of a pod that is there already nobody else needs to have the bytes: what an undo undoes may never have come to pass.
  const bytes = isManifest(state) && state.content === to.content ? pod : undefined;
  const manifest = renderManifest(bytes ?? (await host.content(to.content)), to.content, nonce);
  const content = host.fingerprint(manifest);
  return {
    change: { ...change, address: `file:${path}`, from, to: { ...file, content, size: manifest.length } },
    host: { ...host, content: async (wanted) => (wanted === content ? manifest : host.content(wanted)) },
  };
}

/** Errors of paths speak of the file; that something else was there is said of the pod. */
export async function forPod<T>(address: Address, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof ThirdStateError ? new ThirdStateError(address) : error;
  }
}
