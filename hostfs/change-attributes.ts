/** Owner, label and mode of what is there already, on the very inode that was looked at. */
import { applyMode, applyOwner, relabel } from './attributes.ts';
import type { Lease } from './directories.ts';
import { FsError } from './errors.ts';
import type { Attributes } from './filesystem.ts';
import { diskOwner } from './ids.ts';
import { errnoOf, type FileHandle, type PinHandle, type Primitives } from './primitives.ts';
import { notAFile, type RootContext } from './root-context.ts';

/** Durable when it returns; of links, and of what this process may not open, with the next flush. */
export async function changeAttributes(
  { primitives, ids, owed }: RootContext,
  parent: Lease,
  name: string,
  path: string,
  attributes: Attributes,
): Promise<void> {
  const owner = diskOwner(ids, attributes, path);
  const pin = primitives.pin(parent.handle, name);
  // Opened before the change where it can be, since the new mode may not let us.
  let file: FileHandle | null = null;
  try {
    const stat = primitives.fstat(pin);
    if (stat.type === 'other') throw notAFile(path, stat.type);
    const isLink = stat.type === 'link';
    if (!isLink) file = openable(primitives, pin);
    // No fsync reaches a link; its inode is journalled with its directory.
    if (file === null) owed.owe(parent);
    if (!isLink) applyOwner(primitives, pin, stat, owner);
    else if (stat.uid !== owner.uid || stat.gid !== owner.gid) {
      primitives.setLinkOwner(parent.handle, name, owner.uid, owner.gid);
    }
    if (attributes.label !== undefined) relabel(primitives, parent.handle, name, attributes.label, path);
    if (primitives.lstat(parent.handle, name)?.inode !== stat.inode) {
      throw new FsError('CHANGED', path, `${path} was replaced while its attributes were set.`);
    }
    if (isLink) return;
    applyMode(primitives, pin, attributes.mode, path);
    file ??= openable(primitives, pin);
    if (file !== null) await primitives.sync(file);
  } finally {
    try {
      if (file !== null) primitives.close(file);
    } finally {
      primitives.close(pin);
    }
  }
}

function openable(primitives: Primitives, pin: PinHandle): FileHandle | null {
  try {
    return primitives.reopen(pin);
  } catch (error) {
    if (errnoOf(error) === 'EACCES') return null;
    throw error;
  }
}
