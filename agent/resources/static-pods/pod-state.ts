/**
 * What can be at a manifest's path. A manifest of ours is a file whose `content` is the Pod (canonical, without our
 * annotations), so that equality leaves the nonce out; anything else is a path like any other.
 */
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
export function manifestPath(folder: string, name: string): string {
  return `${folder}/${name}.json`;
}

/** Where an address lies: said by its claim, since the manifest folder may be another one by now. */
export function pathFrom(claims: readonly Claim[]): string | undefined {
  return claims.find((claim) => claim.startsWith('path:'))?.slice('path:'.length);
}

/** Where it is said to lie now: by the spec, else by what was claimed, else by the settings. */
export function pathOfTarget({ address, item, owned }: Target<PathSpec, PodState>, settings: KindSettings): string {
  return item?.spec.path ?? pathFrom(owned?.claims ?? []) ?? manifestPath(settings.manifestFolder, nameOf(address));
}

/** `pod:haproxy` → `haproxy`. */
export function nameOf(address: Address): string {
  return address.slice(address.indexOf(':') + 1);
}
