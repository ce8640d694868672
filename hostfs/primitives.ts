/**
 * The seam between hostfs and the kernel: the system calls that the rooted file system is made of, on open
 * handles and single names. `node-primitives.ts` is the real one, `memory-primitives.ts` the twin that can
 * fail and crash at any of them.
 *
 * Conventions, of both:
 * - A name is one path component: never empty, `..` or with a `/`. `.` means the directory itself, where noted.
 *   Bytes that are no UTF-8 stand as U+DC80 + (byte − 0x80) (see `names.ts`).
 * - No primitive follows a link at `name`.
 * - Failures are errors with an errno name in `code` (`ENOENT`, …).
 * - What the kernel answers from memory is synchronous (a thread-pool hop costs more than the call); what waits
 *   for a disk is a promise; reads and writes are either, by size.
 */
import type { EntryType } from './filesystem.ts';

declare const directoryBrand: unique symbol;
declare const fileBrand: unique symbol;
declare const pinBrand: unique symbol;

/** An open directory. */
export type DirectoryHandle = number & { readonly [directoryBrand]: true };
/** An open regular file. */
export type FileHandle = number & { readonly [fileBrand]: true };
/** An inode held without opening its content (O_PATH): whatever type, even a link itself. */
export type PinHandle = number & { readonly [pinBrand]: true };
export type Handle = DirectoryHandle | FileHandle | PinHandle;

export type Awaitable<T> = T | Promise<T>;

/** As stat(2) tells it; `size` in bytes, times in milliseconds since 1970. */
export interface Stat {
  readonly type: EntryType;
  /** Permission bits (0o7777). */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly device: number;
  readonly inode: number;
  readonly links: number;
  readonly modifiedMs: number;
  /** Inode change time: moves with every change of content, mode, owner, name. */
  readonly changedMs: number;
}

/**
 * What this host can do with SELinux labels. `absent`: no SELinux, labels are ignored. `create`: a label can be
 * given at creation, but neither read nor changed. `full`: also read and changed.
 */
export type LabelSupport = 'absent' | 'create' | 'full';

/** Tells its watcher of changes until it is closed. */
export interface DirectoryWatch {
  close(): void;
}

/** `changed(null)`: something about the directory itself, or events were lost. */
export interface DirectoryWatcher {
  changed(name: string | null): void;
  failed(error: unknown): void;
}

/** Every handle is the caller's to close, once. */
export interface Primitives {
  readonly labels: LabelSupport;
  /** Whether extended attributes can be read and written. */
  readonly xattrs: boolean;

  /** The root as this process would name it outside hostfs, for `physical`. `/` for the real root. */
  readonly rootPath: string;
  /** The user as whom this process acts on files. */
  readonly uid: number;
  openRoot(): DirectoryHandle;
  /** ENOTDIR for anything but a directory, links included. */
  openDirectory(at: DirectoryHandle, name: string): DirectoryHandle;
  /** Where the kernel says this directory is now, as a path in the root; null when it is gone or elsewhere. */
  locate(directory: DirectoryHandle): string | null;
  /** Null when absent. `.` allowed. */
  lstat(at: DirectoryHandle, name: string): Stat | null;
  fstat(handle: Handle): Stat;
  readlink(at: DirectoryHandle, name: string): string;
  /** Names, unsorted, without `.` and `..`. */
  readdir(directory: DirectoryHandle): string[];
  /** Never blocks on FIFOs; ELOOP for a link. Callers look at the type first: opening a device may act. */
  openFile(at: DirectoryHandle, name: string, access: 'read' | 'read-write'): FileHandle;
  /** O_CREAT|O_EXCL, mode 0600. */
  createFile(at: DirectoryHandle, name: string, label?: string): FileHandle;
  /** The same without a label and off the calling thread, where a create may wait for the file system's journal. */
  createFileAside?(at: DirectoryHandle, name: string): Promise<FileHandle>;
  /** Pins whatever is at `name`. `.` allowed. */
  pin(at: DirectoryHandle, name: string): PinHandle;
  /** Opens the pinned file or directory for `sync`. */
  reopen(pin: PinHandle): FileHandle;
  /** Reads up to `into.length` bytes at `offset`; 0 at the end. */
  read(file: FileHandle, into: Uint8Array, offset: number): Awaitable<number>;
  /** May write less than asked. */
  write(file: FileHandle, bytes: Uint8Array, offset: number): Awaitable<number>;
  /** fsync. */
  sync(handle: FileHandle | DirectoryHandle): Promise<void>;
  /** fdatasync: content and size. */
  syncData(file: FileHandle): Promise<void>;
  setOwner(handle: Handle, uid: number, gid: number): void;
  /** ENOTSUP for a link. */
  setMode(handle: Handle, mode: number): void;
  setLinkOwner(at: DirectoryHandle, name: string, uid: number, gid: number): void;
  /** Mode 0700. */
  createDirectory(at: DirectoryHandle, name: string, label?: string): void;
  createLink(at: DirectoryHandle, name: string, target: string, label?: string): void;
  rename(from: DirectoryHandle, name: string, to: DirectoryHandle, newName: string): void;
  /** The same, with EEXIST when `newName` exists; where the host cannot say so atomically, it looks first. */
  renameNew(from: DirectoryHandle, name: string, to: DirectoryHandle, newName: string): void;
  unlink(at: DirectoryHandle, name: string): void;
  rmdir(at: DirectoryHandle, name: string): void;
  /** Empty where unreadable or unsupported. `.` allowed, as below. */
  xattrNames(at: DirectoryHandle, name: string): string[];
  /** Null where there is none or it is unsupported. */
  getXattr(at: DirectoryHandle, name: string, attribute: string): Uint8Array | null;
  setXattr(at: DirectoryHandle, name: string, attribute: string, value: Uint8Array): void;
  /** Bytes that an unprivileged writer may still use. */
  freeSpace(directory: DirectoryHandle): number;
  close(handle: Handle): void;
  /** The watch outlives the handle. */
  watch(directory: DirectoryHandle, watcher: DirectoryWatcher): DirectoryWatch;
}

/** A failure as the kernel would report it, for primitives that are not node's own. */
export class ErrnoError extends Error {
  override readonly name = 'ErrnoError';
  readonly code: string;
  readonly syscall: string;
  constructor(code: string, syscall: string, name = '') {
    super(`${code}: ${syscall}${name === '' ? '' : ` '${name}'`}`);
    this.code = code;
    this.syscall = syscall;
  }
}

/** The errno name of a failed primitive, or undefined for any other error. */
export function errnoOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || !('syscall' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
