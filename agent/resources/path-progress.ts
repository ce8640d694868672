/** How far a change has come, told from what is at its path now. */
import type { Change, ReadHost, State } from './kind.ts';
import { pathOf } from './path-key.ts';
import { entryAt, stateOf } from './path-observe.ts';
import { wordsOf } from './path-owner.ts';
import {
  attributeSteps,
  keepsInode,
  permissionBits,
  samePath,
  type DirectoryState,
  type FileState,
  type PathState,
} from './path-state.ts';

export interface Progress {
  /** `between`: what a crash in the middle of this same change leaves. `elsewhere`: somebody else was there. */
  readonly stands: 'at from' | 'between' | 'at to' | 'elsewhere';
  readonly seen: State<PathState>;
}

/** Never throws for what it finds; `elsewhere` is somebody else's state. @throws FsError where nothing can be seen */
export async function progressOf(
  change: Change<PathState>,
  to: State<PathState>,
  host: ReadHost,
  signal: AbortSignal,
): Promise<Progress> {
  const { address, from } = change;
  const entry = await entryAt(pathOf(address), host, signal);
  // Each side has its own words for owners, and one id may be meant by both.
  const [seen, asFrom] = [stateOf(entry, wordsOf(to), host), stateOf(entry, wordsOf(from), host)];
  if (samePath(seen, to)) return { stands: 'at to', seen };
  if (samePath(asFrom, from)) return { stands: 'at from', seen };
  return { stands: isBetween(seen, from, to, asFrom) ? 'between' : 'elsewhere', seen };
}

/**
 * Some attributes old and some new; or the old thing gone and the new one not yet there. `asFrom` is `seen` in the
 * words that `from` has for owners.
 */
export function isBetween(
  seen: State<PathState>,
  from: State<PathState>,
  to: State<PathState>,
  asFrom: State<PathState> = seen,
): boolean {
  if (from === null || to === null) return false;
  if (seen === null) return (from.type === 'directory') !== (to.type === 'directory');
  if (!keepsInode(from, to) || !keepsInode(seen, to)) return false;
  if (!isAttributed(seen) || !isAttributed(asFrom) || !isAttributed(from) || !isAttributed(to)) return false;
  const modes = [from.mode, to.mode].map(permissionBits);
  // chown(2) clears setuid and setgid.
  const possible = [...modes, ...modes.map((bits) => bits & 0o1777)];
  return (
    possible.includes(permissionBits(seen.mode)) &&
    (seen.owner === to.owner || asFrom.owner === from.owner) &&
    (seen.group === to.group || asFrom.group === from.group) &&
    (seen.label === undefined || seen.label === from.label || seen.label === to.label)
  );
}

/**
 * Whether the change is made on the thing itself. A file whose attributes take several steps is written anew, so
 * that it is never seen half changed; a directory cannot be, nor what is too large to be kept.
 */
export function isInPlace({ from, backup }: Change<PathState>, to: State<PathState>): boolean {
  if (!keepsInode(from, to) || !isAttributed(from) || !isAttributed(to)) return false;
  return to.type === 'directory' || backup === 'none' || attributeSteps(from, to) <= 1;
}

function isAttributed(state: State<PathState>): state is FileState | DirectoryState {
  return state?.type === 'file' || state?.type === 'directory';
}
