/**
 * Making things under a temporary dot-name, complete before anyone sees them: content, owner, label, mode, in this
 * order, then fsync. What fails leaves no temporary.
 */
import { applyMode, applyOwner, creationLabel } from './attributes.ts';
import { writeAll } from './content.ts';
import type { Attributes } from './filesystem.ts';
import { diskOwner, type IdMapping, type Owner } from './ids.ts';
import { errnoOf, type DirectoryHandle, type FileHandle, type Primitives } from './primitives.ts';

/** Where a temporary is written before it is published. */
export interface Place {
  readonly at: DirectoryHandle;
  /** The temporary's name in `at`. */
  readonly name: string;
  /** Where it will be published, for messages. */
  readonly path: string;
}

/** Writes a file; its content and attributes are durable when this returns, its name is not. */
export async function stageFile(
  primitives: Primitives,
  ids: IdMapping,
  place: Place,
  content: Uint8Array | { readonly zeros: number },
  attributes: Attributes,
): Promise<void> {
  const { at, name, path } = place;
  const owner = diskOwner(ids, attributes, path);
  const label = creationLabel(primitives, attributes);
  const file = await createReplacing(primitives, at, name, label);
  await orRemove(primitives, place, async () => {
    try {
      if (content instanceof Uint8Array) await writeAll(primitives, file, content, 0);
      else await writeZeros(primitives, file, content.zeros);
      applyOwner(primitives, file, primitives.fstat(file), owner);
      applyMode(primitives, file, attributes.mode, path);
      await primitives.sync(file);
    } finally {
      primitives.close(file);
    }
  });
}

/** Makes a link. Its inode becomes durable with its directory's sync. */
export async function stageLink(
  primitives: Primitives,
  ids: IdMapping,
  place: Place,
  target: string,
  owner: Owner & { readonly label?: string },
): Promise<void> {
  const { at, name, path } = place;
  const wanted = diskOwner(ids, owner, path);
  replacing(primitives, at, name, () => primitives.createLink(at, name, target, creationLabel(primitives, owner)));
  await orRemove(primitives, place, async () => {
    const is = primitives.lstat(at, name);
    if (is !== null && (is.uid !== wanted.uid || is.gid !== wanted.gid))
      primitives.setLinkOwner(at, name, wanted.uid, wanted.gid);
  });
}

/** Makes an empty directory. */
export async function stageDirectory(
  primitives: Primitives,
  ids: IdMapping,
  place: Place,
  attributes: Attributes,
): Promise<void> {
  const { at, name, path } = place;
  const owner = diskOwner(ids, attributes, path);
  replacing(primitives, at, name, () => primitives.createDirectory(at, name, creationLabel(primitives, attributes)));
  await orRemove(primitives, place, async () => {
    const directory = primitives.openDirectory(at, name);
    try {
      applyOwner(primitives, directory, primitives.fstat(directory), owner);
      applyMode(primitives, directory, attributes.mode, path);
      await primitives.sync(directory);
    } finally {
      primitives.close(directory);
    }
  });
}

/** Removes a temporary of any type; absent is fine. */
export function removeTemporary(primitives: Primitives, at: DirectoryHandle, name: string): void {
  try {
    primitives.unlink(at, name);
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === 'ENOENT') return;
    // Said of a read-only mount before the kernel looks whether the name is there (do_unlinkat, fs/namei.c).
    if (errno === 'EROFS' && primitives.lstat(at, name) === null) return;
    // EISDIR on Linux; EPERM is what POSIX says of unlink on a directory.
    if (errno !== 'EISDIR' && errno !== 'EPERM') throw error;
    primitives.rmdir(at, name);
  }
}

/** Creates under the name, over an old temporary that a crash left there. A label can only be given on this thread. */
async function createReplacing(
  primitives: Primitives,
  at: DirectoryHandle,
  name: string,
  label?: string,
): Promise<FileHandle> {
  const create = (): FileHandle | Promise<FileHandle> =>
    label === undefined && primitives.createFileAside !== undefined
      ? primitives.createFileAside(at, name)
      : primitives.createFile(at, name, label);
  try {
    return await create();
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error;
  }
  removeTemporary(primitives, at, name);
  return create();
}

function replacing<T>(primitives: Primitives, at: DirectoryHandle, name: string, create: () => T): T {
  try {
    return create();
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error;
  }
  removeTemporary(primitives, at, name);
  return create();
}

async function orRemove(primitives: Primitives, place: Place, finish: () => Promise<void>): Promise<void> {
  try {
    await finish();
  } catch (error) {
    try {
      removeTemporary(primitives, place.at, place.name);
    } catch {
      // The first failure is the one to tell; recovery sweeps temporaries.
    }
    throw error;
  }
}

async function writeZeros(
  primitives: Primitives,
  file: Parameters<Primitives['write']>[0],
  length: number,
): Promise<void> {
  const zeros = new Uint8Array(Math.min(length, 1024 * 1024));
  for (let done = 0; done < length; done += zeros.length) {
    await writeAll(primitives, file, zeros.subarray(0, Math.min(zeros.length, length - done)), done);
  }
}
