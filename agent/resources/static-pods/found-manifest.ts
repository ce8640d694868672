/**
 * A manifest that somebody else wrote, of the very Pod that the spec has. Taken over it stays as it lies, since kubelet
 * takes another text, or another file name, for another pod and starts it anew. It stays so until the Pod itself is to
 * be another, or somebody edits it; what is written then is ours.
 */
import type { Fingerprint, Owned, State, Target } from '../kind.ts';
import { samePath, type FileState, type PathState } from '../path-state.ts';
import { checkPod, completePod } from './check-pod.ts';
import { objectAt, type JsonObject } from './json.ts';
import { NONCE, podBytes, REVISION } from './manifest.ts';
import { parsePod } from './parse-pod.ts';
import { isManifest, type ManifestState, type PodState } from './pod-state.ts';
import type { PodItemSpec } from './spec.ts';

/** A file with the Pod that it is the text of. */
export interface FoundManifest extends FileState {
  /** Of the canonical Pod, as a spec would have it. */
  readonly pod: Fingerprint;
}

/** Not a manifest of ours, but one whose Pod is known. */
export function isFound(state: State<PodState> | undefined): state is FoundManifest {
  return state?.type === 'file' && 'pod' in state;
}

/** The whole Pod of a manifest; null where it is none that a spec could have under this key. */
export function podIn(bytes: Uint8Array, key: string): JsonObject | null {
  const { pod } = parsePod(bytes);
  if (pod === null) return null;
  const bare = foundPod(pod);
  return checkPod(bare, key).length === 0 ? completePod(bare, key) : null;
}

/** The file with its Pod, where it is one that a spec could have under this key. */
export function withPod(
  state: FileState,
  bytes: Uint8Array,
  key: string,
  fingerprint: (bytes: Uint8Array) => Fingerprint,
): FileState | FoundManifest {
  const pod = podIn(bytes, key);
  return pod === null ? state : { ...state, pod: fingerprint(podBytes(pod)) };
}

/**
 * The same target with what lies there as what is wanted, where that is as it was taken over, or would be now. To the
 * rules of paths it is then a file like any other.
 */
export function asItLies(
  target: Target<PodItemSpec, PodState>,
  seen: State<PodState>,
): Target<PodItemSpec | (Omit<PodItemSpec, 'state'> & { readonly state: PathState }), PodState> {
  const { item, owned } = target;
  if (item === null) return restarted(target, seen);
  const wanted: ManifestState = item.spec.state;
  const kept = owned === null ? seen : owned.last;
  if (!isFound(kept) || kept.pod !== wanted.content) return target;
  const intact = seen?.type === 'file' && !isManifest(seen) && seen.content === kept.content;
  if (intact) return { ...target, item: { ...item, spec: { ...item.spec, state: kept } } };
  // Edited or gone: what was last is what is wanted, so that this is drift and no other generation.
  return owned === null ? target : { ...target, owned: { ...owned, last: wanted } satisfies Owned<PodState> };
}

/** A restart wrote the same Pod in our form since: that is no edit. */
function restarted<T extends Target<PodItemSpec, PodState>>(target: T, seen: State<PodState>): T {
  const { owned } = target;
  if (owned === null || !isManifest(seen) || !samePod(owned.last, seen)) return target;
  return { ...target, owned: { ...owned, last: seen } };
}

/** Equal as paths, or one the text of somebody else and one ours of one Pod. */
export function samePod(a: State<PodState>, b: State<PodState>): boolean {
  if (samePath(a, b)) return true;
  if (isFound(a)) return isManifest(b) && b.content === a.pod;
  return isFound(b) && isManifest(a) && a.content === b.pod;
}

/** The Pod without the annotations that a Keelson of whatever key left in it. */
export function foundPod(pod: JsonObject): JsonObject {
  const metadata = objectAt(pod, 'metadata');
  const { [REVISION]: revision, [NONCE]: nonce, ...annotations } = objectAt(metadata, 'annotations');
  return revision === undefined && nonce === undefined ? pod : { ...pod, metadata: { ...metadata, annotations } };
}
