/**
 * The rooted file system as its users see it. Every path is absolute *within the root* ("/etc/x"), is
 * resolved beneath it, and never leaves it: absolute link targets mean "from the root", a `..` above the
 * root is refused. Works the same on a real root, a sandbox folder and the in-memory twin.
 */

export type EntryType = 'file' | 'directory' | 'link' | 'other';

/** What `lstat` and the audit say of one path. */
export interface Entry {
  readonly type: EntryType;
  /** Permission bits incl. setuid/setgid/sticky (0o7777). */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Bytes; 0 for what has no content. */
  readonly size: number;
  /** Link target, for links only. */
  readonly target?: string;
  /** SELinux context, where the file system has one and we can read it. */
  readonly label?: string;
  readonly device: number;
  readonly inode: number;
  /** Names of this inode on its file system: more than one for a hard-linked file. */
  readonly links: number;
  readonly modifiedMs: number;
}

/** Owner, mode and label that a thing has *before* it becomes visible. */
export interface Attributes {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Full SELinux context; ignored where the host has no SELinux, refused where it cannot be set. */
  readonly label?: string;
}

/** What can be compared of an entry in one look. */
export interface AuditEntry extends Entry {
  readonly path: string;
  /** Of regular files: whatever `digest` made of the content (the caller passes an HMAC). */
  readonly digest?: string;
  /** Why a regular file has none: it is larger than what is read, or this process may not read it. */
  readonly undigested?: 'too large' | 'denied';
  /** Extended attributes other than security.selinux, as base64, where readable. */
  readonly xattrs?: Readonly<Record<string, string>>;
}

/** Content hash fed by the audit; the caller decides the algorithm and key. */
export interface Digester {
  update(bytes: Uint8Array): void;
  finish(): string;
}

/** How far an audit of one path goes. */
export interface AuditBounds {
  /**
   * Bytes of the largest file that is read; 64 MiB where not told. A sparse file claims any size for nothing, and
   * reading it would take days.
   */
  readonly largest?: number;
  /** Ends it between two chunks: the audit rejects with the reason of the signal. */
  readonly signal?: AbortSignal;
}

/** Rejects with FsError. Nothing here changes the disk, access times apart. */
export interface ReadFileSystem {
  /** Null when absent (ENOENT, or a parent that is no directory). Links are not followed at the last step. */
  lstat(path: string): Promise<Entry | null>;
  /** Whole content. Fails with TOO_LARGE beyond `limit` bytes, with NOT_A_FILE for anything but a regular file. */
  read(path: string, limit?: number): Promise<Uint8Array>;
  /** One open: entry plus digest of the content when it is a regular file. Null when absent. */
  audit(path: string, digester: () => Digester, bounds?: AuditBounds): Promise<AuditEntry | null>;
  /** Every entry beneath `path` (itself excluded), depth first, sorted by name; foreign files included. Never follows links, never crosses devices unless told; reads files up to 64 MiB. */
  auditTree(path: string, digester: () => Digester, signal: AbortSignal): AsyncIterable<AuditEntry>;
  /** Names in a directory, sorted. Empty when absent. */
  list(path: string): Promise<readonly string[]>;
  /** Free bytes for us on the file system that holds the nearest existing ancestor of `path`, and its device. */
  space(path: string): Promise<{ readonly free: number; readonly device: number }>;
  /**
   * Watches the parents of `paths`; yields the path whose name changed (coalesced), or a parent's own path
   * when the parent itself changed or the kernel queue overflowed. Parents that appear later are picked up.
   */
  watch(paths: readonly string[], signal: AbortSignal): AsyncIterable<string>;
  /** The real path for a child process's argument; only for commands, never for our own I/O. */
  physical(path: string): string;
}

/** Random-access file for journals: preallocated, written in place, synced on demand. */
export interface LogFile extends AsyncDisposable {
  readonly size: number;
  read(offset: number, length: number): Promise<Uint8Array>;
  write(offset: number, bytes: Uint8Array): Promise<void>;
  /** Data and size durable. */
  sync(): Promise<void>;
}

/** Rejects with FsError. What was done is durable at `flush`, or when the operation says so. */
export interface FileSystem extends ReadFileSystem {
  /**
   * Writes `name` (a dot-name) in the directory of `path` with final content and attributes and fsyncs it;
   * nothing is visible at `path` yet. An old temporary of that name is replaced.
   */
  stage(path: string, name: string, content: Uint8Array, attributes: Attributes): Promise<void>;
  /** The same for a link. */
  stageLink(
    path: string,
    name: string,
    target: string,
    owner: { readonly uid: number; readonly gid: number; readonly label?: string },
  ): Promise<void>;
  /** Renames the staged dot-name over `path` (a file or link, never a directory). Directory sync is owed until `flush`. */
  publish(path: string, name: string): Promise<void>;
  /** mkdir with final attributes; staged under a dot-name and renamed, so it is never visible half made. Directory sync owed. */
  makeDirectory(path: string, attributes: Attributes, name: string): Promise<void>;
  /** Changes attributes of what is there (no link is followed). Durable before it returns or at `flush`. */
  setAttributes(path: string, attributes: Attributes): Promise<void>;
  /** unlink of a file or link. Absent is fine. Directory sync owed. */
  remove(path: string): Promise<void>;
  /** rmdir; fails with NOT_EMPTY. Absent is fine. Directory sync owed. */
  removeDirectory(path: string): Promise<void>;
  /** Removes a temporary (dot-name beside `path`), absent is fine. */
  unstage(path: string, name: string): Promise<void>;
  /** fsyncs every directory that owes it, each once. */
  flush(): Promise<void>;
  /** stage + publish + flush in one, for the agent's own store. */
  writeDurably(path: string, content: Uint8Array, attributes: Attributes): Promise<void>;
  /** mkdir -p for the agent's own store; existing ones are left as they are. */
  ensureDirectory(path: string, attributes: Attributes): Promise<void>;
  /** Opens (creates if absent, with mode 0600 and `size` zero bytes written and synced) for random access. */
  openLog(path: string, size: number): Promise<LogFile>;
}
