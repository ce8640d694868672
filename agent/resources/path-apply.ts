/**
 * from → to at one path, and by the same code to → from. It looks first: what is there is `to` (nothing is left
 * to do but to make it durable), or `from`, or what a crash left between the two; anything else is refused.
 */
import type { Attributes } from '../../hostfs/filesystem.ts';
import { FsError } from '../../hostfs/errors.ts';
import { joinPath } from '../../hostfs/path.ts';
import { fileFailure, notKept, resourceError } from './errors.ts';
import { temporaryName, ThirdStateError, type Change, type Host, type State } from './kind.ts';
import { pathOf } from './path-key.ts';
import { attributesOf } from './path-owner.ts';
import { isInPlace, progressOf } from './path-progress.ts';
import { samePath, type DirectoryState, type FileState, type PathState } from './path-state.ts';
import { resolvedTo } from './path-stage.ts';
import { besidePath, isTemporary, lateName, writeTemporary } from './path-temporaries.ts';

export async function applyPath(change: Change<PathState>, host: Host, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const to = resolvedTo(change);
  const { from, address } = change;
  if (samePath(from, to)) return;
  try {
    const { stands, seen } = await progressOf(change, to, host, signal);
    if (stands === 'elsewhere') throw new ThirdStateError(address);
    if (stands === 'at to') await finish(change, to, host);
    else await go(change, seen, to, host);
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
  if (to.type === 'large') throw notKept(address);
  if (to.type === 'directory') {
    const attributes = attributesOf(to, host.accounts, address);
    if (seen?.type === 'directory') return host.fs.setAttributes(path, changed(seen, to, attributes));
    if (seen !== null) await host.fs.remove(path);
    return host.fs.makeDirectory(path, attributes, temporaryName(change.id));
  }
  if (to.type === 'file' && seen?.type === 'file' && isInPlace(change, to)) {
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

/** A directory that others still use stays: it only ends being ours. Our own leavings in it go with it. */
async function removePath(path: string, seen: State<PathState>, host: Host): Promise<void> {
  if (seen?.type !== 'directory') return host.fs.remove(path);
  if (await removedEmpty(path, host)) return;
  const names = await host.fs.list(path);
  if (!names.every(isTemporary)) return;
  for (const name of names) await host.fs.unstage(joinPath(path, 'x'), name);
  await removedEmpty(path, host);
}

async function removedEmpty(path: string, host: Host): Promise<boolean> {
  try {
    await host.fs.removeDirectory(path);
    return true;
  } catch (error) {
    if (error instanceof FsError && error.code === 'NOT_EMPTY') return false;
    throw error;
  }
}

/** An earlier run got here, perhaps without the syncs, and perhaps this is the second of two temporaries. */
async function finish(change: Change<PathState>, to: State<PathState>, host: Host): Promise<void> {
  const path = pathOf(change.address);
  if ((to?.type === 'file' || to?.type === 'directory') && isInPlace(change, to)) {
    const { label: _, ...attributes } = attributesOf(to, host.accounts, change.address);
    return host.fs.setAttributes(path, attributes);
  }
  // Removing what is not there owes the sync of the folder, which is what is wanted.
  if (to === null) return host.fs.remove(path);
  if (to.type === 'directory') return host.fs.removeDirectory(besidePath(path, temporaryName(change.id)));
  await host.fs.remove(besidePath(path, temporaryName(change.id)));
  await host.fs.remove(besidePath(path, lateName(change.id)));
}

/** The label only where it is known to differ: where it cannot be read it cannot be changed either. */
function changed(seen: FileState | DirectoryState, to: FileState | DirectoryState, attributes: Attributes): Attributes {
  const { label, ...rest } = attributes;
  const differs = label !== undefined && seen.label !== undefined && seen.label !== to.label;
  return { ...rest, ...(differs && { label }) };
}
