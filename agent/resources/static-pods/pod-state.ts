/**
 * What can be at a manifest's path. A manifest of ours is a file whose `content` is the Pod (canonical, without our
 * annotations), so that equality leaves the nonce out; anything else is a path like any other.
 */
import { parentPath } from '../../../hostfs/path.ts';
import type { Address, Claim, Fingerprint, KindSettings, State, Target } from '../kind.ts';
import type { FileState, PathSpec, PathState } from '../path-state.ts';
import type { ForeignFacts } from './foreign-facts.ts';

export interface ManifestState extends FileState {
  /** Of the bytes of the canonical Pod; the file's own bytes carry the annotations too. */
  readonly content: Fingerprint;
  /** The change that wrote the file; empty until it is staged. */
  readonly nonce: string;
}

/** Something else's file in the manifest folder. */
export type ForeignState = PathState & { readonly foreign: ForeignFacts };

export type PodState = PathState | ManifestState | ForeignState;

/** A manifest of ours is there; null, other files and foreign manifests are none. */
export function isManifest(state: State<PodState>): state is ManifestState {
  return state !== null && 'nonce' in state;
}

/** Where a pod of this name lies in the folder, as a path in the root. */
export function manifestPath(folder: string, name: string, file = `${name}.json`): string {
  return `${folder}/${file}`;
}

/** Where an address lies: said by its claim, since the manifest folder may be another one by now. */
export function pathFrom(claims: readonly Claim[]): string | undefined {
  return claims.find((claim) => claim.startsWith('path:'))?.slice('path:'.length);
}

/**
 * Where it lies now: by the spec, else by what was claimed, else by the settings. Where the spec only says another file
 * name it still lies where it was put.
 */
export function pathOfTarget(target: Target<PathSpec, PodState>, settings: KindSettings): string {
  const { address, item, owned } = target;
  const claimed = pathFrom(owned?.claims ?? []);
  if (claimed !== undefined && isMoved(target)) return claimed;
  return item?.spec.path ?? claimed ?? manifestPath(settings.manifestFolder, nameOf(address));
}

/** The spec says another file name than the one it lies under. A folder that is another by now is the node's own doing. */
export function isMoved({ item, owned }: Target<PathSpec, PodState>): boolean {
  const at = pathFrom(owned?.claims ?? []);
  if (item === null || at === undefined) return false;
  return at !== item.spec.path && parentPath(at) === parentPath(item.spec.path);
}

/** `pod:haproxy` → `haproxy`. */
export function nameOf(address: Address): string {
  return address.slice(address.indexOf(':') + 1);
}
