/**
 * from → to at one path, and by the same code to → from. It looks first: what is there is `to` (nothing is left
 * to do but to make it durable), or `from`, or what a crash left between the two; anything else is refused.
 */
import type { Attributes } from '../../hostfs/filesystem.ts';
import { FsError } from '../../hostfs/errors.ts';
import { fileFailure, resourceError } from './errors.ts';
import { temporaryName, ThirdStateError, type Change, type Host, type State } from './kind.ts';
import { pathOf } from './path-key.ts';
import { attributesOf, wordsOf } from './path-owner.ts';
import { entryAt, stateOf } from './path-observe.ts';
import {
  keepsInode,
  permissionBits,
  samePath,
  type DirectoryState,
  type FileState,
  type PathState,
} from './path-state.ts';
import { resolvedTo } from './path-stage.ts';
import { besidePath, lateName, writeTemporary } from './path-temporaries.ts';

export async function applyPath(change: Change<PathState>, host: Host, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const to = resolvedTo(change);
  const { from, address } = change;
  if (samePath(from, to)) return;
  try {
    const entry = await entryAt(pathOf(address), host);
    // Each side has its own words for owners, and one id may be meant by both.
    const [seen, asFrom] = [stateOf(entry, wordsOf(to), host), stateOf(entry, wordsOf(from), host)];
    if (samePath(seen, to)) await finish(change, to, host);
    else if (samePath(asFrom, from) || isBetween(seen, asFrom, from, to)) await go(change, seen, to, host);
    else throw new ThirdStateError(address);
  } catch (error) {
    throw fileFailure(error, address);
  }
}

async function go(change: Change<PathState>, seen: State<PathState>, to: State<PathState>, host: Host): Promise<void> {
  const { address } = change;
  const path = pathOf(address);
  if (to === null) return removePath(path, seen, host);
  if (to.type === 'other') {
    throw resourceError('KSN-FILE-007', `${address}: a device, FIFO or socket cannot be put back`, {
      element: address,
    });
  }
  if (to.type === 'directory') {
    const attributes = attributesOf(to, host.accounts, address);
    if (seen?.type === 'directory') return host.fs.setAttributes(path, changed(seen, to, attributes));
    if (seen !== null) await host.fs.remove(path);
    return host.fs.makeDirectory(path, attributes, temporaryName(change.id));
  }
  if (to.type === 'file' && seen?.type === 'file' && keepsInode(seen, to)) {
    return host.fs.setAttributes(path, changed(seen, to, attributesOf(to, host.accounts, address)));
  }
  if (seen?.type === 'directory') await host.fs.removeDirectory(path);
  await publish(change, to, host);
}

/** The temporary of stage; where stage had no folder for it, or a power cut took its name away, one made now. */
async function publish(change: Change<PathState>, to: Parameters<typeof writeTemporary>[1], host: Host): Promise<void> {
  const path = pathOf(change.address);
  try {
    await host.fs.publish(path, temporaryName(change.id));
  } catch (error) {
    if (!(error instanceof FsError) || error.code !== 'NOT_FOUND') throw error;
    const name = lateName(change.id);
    await writeTemporary(change, to, name, host);
    await host.fs.publish(path, name);
  }
}

/** A directory that others still use stays: it only ends being ours. */
async function removePath(path: string, seen: State<PathState>, host: Host): Promise<void> {
  if (seen?.type !== 'directory') return host.fs.remove(path);
  await host.fs.removeDirectory(path).catch((error: unknown) => {
    if (!(error instanceof FsError) || error.code !== 'NOT_EMPTY') throw error;
  });
}

/** An earlier run got here, perhaps without the syncs, and perhaps this is the second of two temporaries. */
async function finish(change: Change<PathState>, to: State<PathState>, host: Host): Promise<void> {
  const path = pathOf(change.address);
  if (to !== null && (to.type === 'file' || to.type === 'directory') && keepsInode(change.from, to)) {
    const { label: _, ...attributes } = attributesOf(to, host.accounts, change.address);
    return host.fs.setAttributes(path, attributes);
  }
  // Removing what is not there owes the sync of the folder, which is what is wanted.
  if (to === null) return host.fs.remove(path);
  if (to.type === 'directory') return host.fs.removeDirectory(besidePath(path, temporaryName(change.id)));
  await host.fs.remove(besidePath(path, temporaryName(change.id)));
  await host.fs.remove(besidePath(path, lateName(change.id)));
}

/**
 * What a crash in the middle of the same change leaves: some attributes old and some new, or the old thing gone and
 * the new one not there. `seen` and `asFrom` are the same thing in the words of `to` and of `from`.
 */
function isBetween(
  seen: State<PathState>,
  asFrom: State<PathState>,
  from: State<PathState>,
  to: State<PathState>,
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

function isAttributed(state: State<PathState>): state is FileState | DirectoryState {
  return state?.type === 'file' || state?.type === 'directory';
}

/** The label only where it is known to differ: where it cannot be read it cannot be changed either. */
function changed(seen: FileState | DirectoryState, to: FileState | DirectoryState, attributes: Attributes): Attributes {
  const { label, ...rest } = attributes;
  const differs = label !== undefined && seen.label !== undefined && seen.label !== to.label;
  return { ...rest, ...(differs && { label }) };
}
