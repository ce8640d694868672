/**
 * The primitives on a disk in memory. Not a second file system: the same `rooted.ts` runs above it. Faults,
 * crashes and the durability model are `memory-host.ts`; this is only what the kernel would do.
 */
import { blocks, edit, newInode, release, save, syncDirectory, type Disk, type Inode } from './memory-inodes.ts';
import { MemoryHandles } from './memory-handles.ts';
import { renameRefused } from './memory-rename.ts';
import type { MemoryWatches } from './memory-watches.ts';
import {
  ErrnoError,
  type DirectoryHandle,
  type DirectoryWatch,
  type DirectoryWatcher,
  type FileHandle,
  type Handle,
  type LabelSupport,
  type PinHandle,
  type Primitives,
  type Stat,
} from './primitives.ts';

const device = 1;

export interface MemoryOptions {
  readonly labels: LabelSupport;
  readonly xattrs: boolean;
  /** Owner of what is created. */
  readonly uid: number;
  readonly gid: number;
}

export class MemoryPrimitives implements Primitives {
  readonly labels: LabelSupport;
  readonly xattrs: boolean;
  readonly rootPath = '/';
  readonly uid: number;
  readonly #disk: Disk;
  readonly #options: MemoryOptions;
  readonly #watches: MemoryWatches;
  readonly #open = new MemoryHandles();

  constructor(disk: Disk, options: MemoryOptions, watches: MemoryWatches) {
    this.#disk = disk;
    this.#options = options;
    this.labels = options.labels;
    this.xattrs = options.xattrs;
    this.uid = options.uid;
    this.#watches = watches;
  }

  /** Open handles, for leak tests. */
  get handles(): number {
    return this.#open.size;
  }

  openRoot(): DirectoryHandle {
    return this.#open.hold(this.#disk.root) as DirectoryHandle;
  }

  openDirectory(at: DirectoryHandle, name: string): DirectoryHandle {
    const inode = this.#open.get(at, name, 'open');
    if (inode.type !== 'directory') throw new ErrnoError('ENOTDIR', 'open', name);
    return this.#open.hold(inode) as DirectoryHandle;
  }

  locate(directory: DirectoryHandle): string | null {
    let path = '';
    let inode = this.#open.inode(directory);
    while (inode !== this.#disk.root) {
      if (inode.parent === null) return null;
      path = `/${inode.parent.name}${path}`;
      inode = inode.parent.directory;
    }
    return path === '' ? '/' : path;
  }

  lstat(at: DirectoryHandle, name: string): Stat | null {
    const inode = this.#open.find(at, name, 'lstat');
    return inode === null ? null : statOf(inode);
  }

  fstat(handle: Handle): Stat {
    return statOf(this.#open.inode(handle));
  }

  readlink(at: DirectoryHandle, name: string): string {
    const inode = this.#open.get(at, name, 'readlink');
    if (inode.type !== 'link') throw new ErrnoError('EINVAL', 'readlink', name);
    return inode.target;
  }

  readdir(directory: DirectoryHandle): string[] {
    return [...this.#open.inode(directory).entries.keys()];
  }

  openFile(at: DirectoryHandle, name: string, access: 'read' | 'read-write'): FileHandle {
    const inode = this.#open.get(at, name, 'open');
    if (inode.type === 'link') throw new ErrnoError('ELOOP', 'open', name);
    if (inode.type === 'directory' && access !== 'read') throw new ErrnoError('EISDIR', 'open', name);
    return this.#open.hold(inode) as FileHandle;
  }

  createFile(at: DirectoryHandle, name: string, label?: string): FileHandle {
    return this.#open.hold(
      this.#create(at, name, newInode(this.#disk.nextNumber++, 'file', 0o600, this.#disk.now), 'open', label),
    ) as FileHandle;
  }

  pin(at: DirectoryHandle, name: string): PinHandle {
    return this.#open.hold(this.#open.get(at, name, 'open')) as PinHandle;
  }

  reopen(pin: PinHandle): FileHandle {
    const inode = this.#open.inode(pin);
    if (inode.type === 'link') throw new ErrnoError('ELOOP', 'open');
    return this.#open.hold(inode) as FileHandle;
  }

  read(file: FileHandle, into: Uint8Array, offset: number): number {
    const inode = this.#open.inode(file);
    if (inode.type === 'directory') throw new ErrnoError('EISDIR', 'read');
    const part = inode.content.subarray(Math.min(offset, inode.size), Math.min(inode.size, offset + into.length));
    into.set(part);
    return part.length;
  }

  write(file: FileHandle, bytes: Uint8Array, offset: number): number {
    const inode = this.#open.inode(file);
    const size = Math.max(inode.size, offset + bytes.length);
    const more = blocks(size) - blocks(inode.size);
    if (this.#disk.used + more > this.#disk.capacity) throw new ErrnoError('ENOSPC', 'write');
    if (size > inode.content.length) {
      const grown = new Uint8Array(Math.max(size, inode.content.length * 2));
      grown.set(inode.content.subarray(0, inode.size));
      inode.content = grown;
    }
    inode.content.set(bytes, offset);
    inode.size = size;
    this.#disk.used += more;
    this.#touch(inode);
    inode.modified = this.#disk.now;
    this.#watches.content(inode);
    return bytes.length;
  }

  async sync(handle: FileHandle | DirectoryHandle): Promise<void> {
    const inode = this.#open.inode(handle);
    if (inode.type === 'directory') syncDirectory(this.#disk, inode);
    else inode.synced = save(inode);
  }

  async syncData(file: FileHandle): Promise<void> {
    await this.sync(file);
  }

  setOwner(handle: Handle, uid: number, gid: number): void {
    const inode = this.#open.inode(handle);
    inode.uid = uid;
    inode.gid = gid;
    inode.mode &= 0o1777;
    this.#touch(inode);
  }

  setMode(handle: Handle, mode: number): void {
    const inode = this.#open.inode(handle);
    if (inode.type === 'link') throw new ErrnoError('ENOTSUP', 'chmod');
    inode.mode = mode;
    this.#touch(inode);
  }

  setLinkOwner(at: DirectoryHandle, name: string, uid: number, gid: number): void {
    const inode = this.#open.get(at, name, 'lchown');
    inode.uid = uid;
    inode.gid = gid;
    // As ext4 and xfs do it: a change of the inode is journalled in order with the entries, and no fsync reaches it.
    inode.created = save(inode);
    this.#touch(inode);
  }

  createDirectory(at: DirectoryHandle, name: string, label?: string): void {
    this.#create(at, name, newInode(this.#disk.nextNumber++, 'directory', 0o700, this.#disk.now), 'mkdir', label);
  }

  createLink(at: DirectoryHandle, name: string, target: string, label?: string): void {
    const inode = newInode(this.#disk.nextNumber++, 'link', 0o777, this.#disk.now);
    inode.target = target;
    this.#create(at, name, inode, 'symlink', label);
  }

  rename(from: DirectoryHandle, name: string, to: DirectoryHandle, newName: string): void {
    const inode = this.#open.get(from, name, 'rename');
    const [source, target] = [this.#open.inode(from), this.#open.inode(to)];
    if (target.links === 0) throw new ErrnoError('ENOENT', 'rename', newName);
    const old = this.#open.find(to, newName, 'rename');
    if (old === inode) return;
    const refused = renameRefused({ inode, source, target, old });
    if (refused !== null) throw new ErrnoError(refused, 'rename', newName);
    edit(this.#disk, [
      { directory: target, name: newName, inode },
      { directory: source, name, inode: null },
    ]);
    if (inode.type === 'directory') inode.parent = { directory: target, name: newName };
    this.#watches.entry(source, name);
    this.#watches.entry(target, newName);
    if (inode.type === 'directory') this.#watches.self(inode);
    if (old?.type === 'directory') this.#watches.self(old);
  }

  renameNew(from: DirectoryHandle, name: string, to: DirectoryHandle, newName: string): void {
    this.#open.get(from, name, 'renameat2');
    if (this.#open.find(to, newName, 'renameat2') !== null) throw new ErrnoError('EEXIST', 'renameat2', newName);
    this.rename(from, name, to, newName);
  }

  unlink(at: DirectoryHandle, name: string): void {
    const inode = this.#open.get(at, name, 'unlink');
    if (inode.type === 'directory') throw new ErrnoError('EISDIR', 'unlink', name);
    this.#remove(at, name);
  }

  rmdir(at: DirectoryHandle, name: string): void {
    const inode = this.#open.get(at, name, 'rmdir');
    if (inode.type !== 'directory') throw new ErrnoError('ENOTDIR', 'rmdir', name);
    if (inode.entries.size > 0) throw new ErrnoError('ENOTEMPTY', 'rmdir', name);
    this.#remove(at, name);
    this.#watches.self(inode);
  }

  xattrNames(at: DirectoryHandle, name: string): string[] {
    return this.xattrs ? [...this.#open.get(at, name, 'llistxattr').xattrs.keys()] : [];
  }

  getXattr(at: DirectoryHandle, name: string, attribute: string): Uint8Array | null {
    return this.xattrs ? (this.#open.get(at, name, 'lgetxattr').xattrs.get(attribute) ?? null) : null;
  }

  setXattr(at: DirectoryHandle, name: string, attribute: string, value: Uint8Array): void {
    if (!this.xattrs) throw new ErrnoError('EOPNOTSUPP', 'lsetxattr', name);
    const inode = this.#open.get(at, name, 'lsetxattr');
    inode.xattrs.set(attribute, value.slice());
    this.#touch(inode);
  }

  freeSpace(_directory: DirectoryHandle): number {
    return Math.max(0, this.#disk.capacity - this.#disk.used);
  }

  close(handle: Handle): void {
    release(this.#disk, this.#open.close(handle));
  }

  watch(directory: DirectoryHandle, watcher: DirectoryWatcher): DirectoryWatch {
    return this.#watches.add(this.#open.inode(directory), watcher);
  }

  #create(at: DirectoryHandle, name: string, inode: Inode, syscall: string, label: string | undefined): Inode {
    const directory = this.#open.inode(at);
    if (directory.links === 0) throw new ErrnoError('ENOENT', syscall, name);
    if (directory.entries.has(name)) throw new ErrnoError('EEXIST', syscall, name);
    inode.uid = this.#options.uid;
    inode.gid = (directory.mode & 0o2000) === 0 ? this.#options.gid : directory.gid;
    if (label !== undefined) inode.xattrs.set('security.selinux', Buffer.from(`${label}\0`));
    inode.created = save(inode);
    edit(this.#disk, [{ directory, name, inode }]);
    this.#watches.entry(directory, name);
    return inode;
  }

  #remove(at: DirectoryHandle, name: string): void {
    const directory = this.#open.inode(at);
    edit(this.#disk, [{ directory, name, inode: null }]);
    this.#watches.entry(directory, name);
  }

  #touch(inode: Inode): void {
    this.#disk.now += 1;
    inode.changed = this.#disk.now;
  }
}

function statOf(inode: Inode): Stat {
  return {
    type: inode.type,
    mode: inode.mode,
    uid: inode.uid,
    gid: inode.gid,
    size: inode.type === 'link' ? Buffer.byteLength(inode.target) : inode.size,
    device,
    inode: inode.number,
    links: inode.links,
    modifiedMs: inode.modified,
    changedMs: inode.changed,
  };
}
