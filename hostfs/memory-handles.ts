/** The open handles of the twin, and how a handle and a name lead to an inode. */
import type { Inode } from './memory-inodes.ts';
import { ErrnoError, type DirectoryHandle, type Handle } from './primitives.ts';

export class MemoryHandles {
  readonly #open = new Map<number, Inode>();
  #next = 3;

  /** How many are open. */
  get size(): number {
    return this.#open.size;
  }

  /** Opens: the inode stays while it is held, whether or not it still has a name. */
  hold(inode: Inode): number {
    const handle = this.#next++;
    this.#open.set(handle, inode);
    inode.handles += 1;
    return handle;
  }

  /** The inode may be released by the caller, if nothing else has it. */
  close(handle: Handle): Inode {
    const inode = this.inode(handle);
    this.#open.delete(handle);
    inode.handles -= 1;
    return inode;
  }

  /** @throws EBADF */
  inode(handle: Handle): Inode {
    const inode = this.#open.get(handle);
    if (inode === undefined) throw new ErrnoError('EBADF', 'handle');
    return inode;
  }

  /** Null: there is no such name. `.` is the directory itself. @throws ENAMETOOLONG */
  find(at: DirectoryHandle, name: string, syscall: string): Inode | null {
    if (name.includes('/') || name === '..' || name === '') throw new TypeError('A name must be one path component.');
    if (Buffer.byteLength(name) > 255) throw new ErrnoError('ENAMETOOLONG', syscall, name);
    const directory = this.inode(at);
    return name === '.' ? directory : (directory.entries.get(name) ?? null);
  }

  /** As `find`. @throws ENOENT */
  get(at: DirectoryHandle, name: string, syscall: string): Inode {
    const inode = this.find(at, name, syscall);
    if (inode === null) throw new ErrnoError('ENOENT', syscall, name);
    return inode;
  }
}
