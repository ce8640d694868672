/**
 * The real primitives. A directory handle is a descriptor, and `name` in it is addressed as
 * `/proc/self/fd/N/name`: the kernel goes from the open directory itself (proc_pid_fd(5)), so this is openat(2)
 * and its family for a run-time that has only path calls. Every open says O_NOFOLLOW.
 */
import * as fs from 'node:fs';
import { promisify } from 'node:util';
import type { EntryType } from './filesystem.ts';
import type { Libc } from './ffi.ts';
import { createLabelled, labelSupport } from './creation-label.ts';
import { decodeName, encodeName } from './names.ts';
import { toFsError } from './node-error.ts';
import { watchDirectory } from './node-watch.ts';
import {
  ErrnoError,
  errnoOf,
  type DirectoryHandle,
  type FileHandle,
  type Handle,
  type LabelSupport,
  type PinHandle,
  type Primitives,
  type Stat,
} from './primitives.ts';

const { O_CREAT, O_DIRECTORY, O_EXCL, O_NOCTTY, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_RDWR, O_WRONLY } = fs.constants;
/** Not in node's constants; the same number on x86-64 and arm64 (include/uapi/asm-generic/fcntl.h). */
const O_PATH = 0o10000000;

/** Up to here a read or write of cached pages costs less than a thread-pool hop. */
const synchronousBytes = 64 * 1024;

const CREATE = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW;
const open = promisify(fs.open) as (path: string | Buffer, flags: number, mode: number) => Promise<number>;
const fsync = promisify(fs.fsync);
const fdatasync = promisify(fs.fdatasync);
const read = promisify(fs.read) as (
  fd: number,
  into: Uint8Array,
  offset: number,
  length: number,
  position: number,
) => Promise<{ bytesRead: number }>;
const write = promisify(fs.write) as (
  fd: number,
  bytes: Uint8Array,
  offset: number,
  length: number,
  position: number,
) => Promise<{ bytesWritten: number }>;

export interface NodePrimitivesOptions {
  /** The folder that is "/" to hostfs. */
  readonly root: string;
  /** For extended attributes and RENAME_NOREPLACE; null does without. */
  readonly libc: Libc | null;
  /** Where SELinux shows itself; for tests. */
  readonly selinuxfs?: string;
}

/** Throws FsError where the root is no directory that can be reached. */
export function nodePrimitives(options: NodePrimitivesOptions): Primitives {
  try {
    return new NodePrimitives(options);
  } catch (error) {
    throw toFsError(error, options.root, 'open the root');
  }
}

class NodePrimitives implements Primitives {
  readonly labels: LabelSupport;
  readonly xattrs: boolean;
  readonly rootPath: string;
  readonly uid = process.geteuid?.() ?? 0;
  readonly #libc: Libc | null;

  constructor(options: NodePrimitivesOptions) {
    this.rootPath = fs.realpathSync(options.root);
    this.#libc = options.libc;
    this.xattrs = options.libc !== null;
    this.labels = labelSupport(options.selinuxfs ?? '/sys/fs/selinux', this.xattrs);
  }

  openRoot(): DirectoryHandle {
    return fs.openSync(this.rootPath, O_RDONLY | O_DIRECTORY | O_NOFOLLOW) as DirectoryHandle;
  }

  openDirectory(at: DirectoryHandle, name: string): DirectoryHandle {
    const path = entry(at, name);
    try {
      return fs.openSync(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK) as DirectoryHandle;
    } catch (error) {
      // A directory that may be passed but not listed: enough to go on, though neither list nor sync will work.
      if (errnoOf(error) !== 'EACCES') throw error;
      return fs.openSync(path, O_PATH | O_DIRECTORY | O_NOFOLLOW) as DirectoryHandle;
    }
  }

  locate(directory: DirectoryHandle): string | null {
    const path = fs.readlinkSync(`/proc/self/fd/${directory}`);
    // The kernel's mark of what was removed, which is also a good name.
    if (path.endsWith(' (deleted)') && fs.fstatSync(directory).nlink === 0) return null;
    if (this.rootPath === '/') return path;
    if (path === this.rootPath) return '/';
    return path.startsWith(`${this.rootPath}/`) ? path.slice(this.rootPath.length) : null;
  }

  lstat(at: DirectoryHandle, name: string): Stat | null {
    const stats = fs.lstatSync(entry(at, name), { throwIfNoEntry: false });
    return stats === undefined ? null : statOf(stats);
  }

  fstat(handle: Handle): Stat {
    return statOf(fs.fstatSync(handle));
  }

  readlink(at: DirectoryHandle, name: string): string {
    const target = fs.readlinkSync(entry(at, name));
    return target.includes('\ufffd') ? decodeName(fs.readlinkSync(entry(at, name), 'buffer')) : target;
  }

  readdir(directory: DirectoryHandle): string[] {
    const path = `/proc/self/fd/${directory}`;
    const names = fs.readdirSync(path);
    if (!names.some((name) => name.includes('\ufffd'))) return names;
    return fs.readdirSync(path, 'buffer').map(decodeName);
  }

  openFile(at: DirectoryHandle, name: string, access: 'read' | 'read-write'): FileHandle {
    const flags = (access === 'read' ? O_RDONLY : O_RDWR) | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;
    return fs.openSync(entry(at, name), flags) as FileHandle;
  }

  createFile(at: DirectoryHandle, name: string, label?: string): FileHandle {
    const path = entry(at, name);
    const create = () => fs.openSync(path, CREATE, 0o600) as FileHandle;
    return label === undefined ? create() : createLabelled(label, create);
  }

  createFileAside(at: DirectoryHandle, name: string): Promise<FileHandle> {
    return open(entry(at, name), CREATE, 0o600) as Promise<FileHandle>;
  }

  pin(at: DirectoryHandle, name: string): PinHandle {
    return fs.openSync(entry(at, name), O_PATH | O_NOFOLLOW) as PinHandle;
  }

  reopen(pin: PinHandle): FileHandle {
    const path = `/proc/self/fd/${pin}`;
    try {
      return fs.openSync(path, O_RDONLY | O_NONBLOCK | O_NOCTTY) as FileHandle;
    } catch (error) {
      if (errnoOf(error) !== 'EACCES') throw error;
      return fs.openSync(path, O_WRONLY | O_NONBLOCK | O_NOCTTY) as FileHandle;
    }
  }

  read(file: FileHandle, into: Uint8Array, offset: number): number | Promise<number> {
    if (into.length <= synchronousBytes) return fs.readSync(file, into, 0, into.length, offset);
    return read(file, into, 0, into.length, offset).then((done) => done.bytesRead);
  }

  write(file: FileHandle, bytes: Uint8Array, offset: number): number | Promise<number> {
    if (bytes.length <= synchronousBytes) return fs.writeSync(file, bytes, 0, bytes.length, offset);
    return write(file, bytes, 0, bytes.length, offset).then((done) => done.bytesWritten);
  }

  sync(handle: FileHandle | DirectoryHandle): Promise<void> {
    return fsync(handle);
  }

  syncData(file: FileHandle): Promise<void> {
    return fdatasync(file);
  }

  setOwner(handle: Handle, uid: number, gid: number): void {
    onDescriptorOrPath(
      () => fs.fchownSync(handle, uid, gid),
      () => fs.chownSync(`/proc/self/fd/${handle}`, uid, gid),
    );
  }

  setMode(handle: Handle, mode: number): void {
    onDescriptorOrPath(
      () => fs.fchmodSync(handle, mode),
      () => fs.chmodSync(`/proc/self/fd/${handle}`, mode),
    );
  }

  setLinkOwner(at: DirectoryHandle, name: string, uid: number, gid: number): void {
    fs.lchownSync(entry(at, name), uid, gid);
  }

  createDirectory(at: DirectoryHandle, name: string, label?: string): void {
    const create = () => fs.mkdirSync(entry(at, name), 0o700);
    if (label === undefined) create();
    else createLabelled(label, create);
  }

  createLink(at: DirectoryHandle, name: string, target: string, label?: string): void {
    const create = () => fs.symlinkSync(encodeName(target), entry(at, name));
    if (label === undefined) create();
    else createLabelled(label, create);
  }

  rename(from: DirectoryHandle, name: string, to: DirectoryHandle, newName: string): void {
    fs.renameSync(entry(from, name), entry(to, newName));
  }

  renameNew(from: DirectoryHandle, name: string, to: DirectoryHandle, newName: string): void {
    if (this.#libc?.renameNew(entry(from, name), entry(to, newName)) === true) return;
    if (this.lstat(to, newName) !== null) throw new ErrnoError('EEXIST', 'rename', newName);
    this.rename(from, name, to, newName);
  }

  unlink(at: DirectoryHandle, name: string): void {
    fs.unlinkSync(entry(at, name));
  }

  rmdir(at: DirectoryHandle, name: string): void {
    fs.rmdirSync(entry(at, name));
  }

  xattrNames(at: DirectoryHandle, name: string): string[] {
    return this.#libc?.xattrNames(entry(at, name)) ?? [];
  }

  getXattr(at: DirectoryHandle, name: string, attribute: string): Uint8Array | null {
    return this.#libc?.getXattr(entry(at, name), attribute) ?? null;
  }

  setXattr(at: DirectoryHandle, name: string, attribute: string, value: Uint8Array): void {
    if (this.#libc === null) throw new ErrnoError('EOPNOTSUPP', 'lsetxattr', name);
    this.#libc.setXattr(entry(at, name), attribute, value);
  }

  freeSpace(directory: DirectoryHandle): number {
    const { bavail, bsize } = fs.statfsSync(`/proc/self/fd/${directory}`);
    return bavail * bsize;
  }

  close(handle: Handle): void {
    fs.closeSync(handle);
  }

  readonly watch = watchDirectory;
}

/** An O_PATH descriptor is refused with EBADF (open(2)); its magic link leads to the very inode. */
function onDescriptorOrPath(byDescriptor: () => void, byPath: () => void): void {
  try {
    byDescriptor();
  } catch (error) {
    if (errnoOf(error) !== 'EBADF') throw error;
    byPath();
  }
}

/** The only place where names meet handles: one component, or the promise of the seam is broken. */
function entry(at: DirectoryHandle, name: string): string | Buffer {
  if (name.includes('/') || name === '..' || name === '') throw new TypeError('A name must be one path component.');
  const path = `/proc/self/fd/${at}/${name}`;
  return path.isWellFormed() ? path : encodeName(path);
}

function statOf(stats: fs.Stats): Stat {
  return {
    type: typeOf(stats),
    mode: stats.mode & 0o7777,
    uid: stats.uid,
    gid: stats.gid,
    size: stats.size,
    device: stats.dev,
    inode: stats.ino,
    links: stats.nlink,
    modifiedMs: stats.mtimeMs,
    changedMs: stats.ctimeMs,
  };
}

/** S_IFMT and its values: inode(7). */
function typeOf(stats: fs.Stats): EntryType {
  switch (stats.mode & 0o170000) {
    case 0o100000:
      return 'file';
    case 0o040000:
      return 'directory';
    case 0o120000:
      return 'link';
    default:
      return 'other';
  }
}
