/**
 * The twin's disk: inodes with what everyone sees now, and what a power cut would leave. The rules are the worst
 * that ext4 and xfs allow: content and attributes are durable after an fsync of the inode, a directory's entries
 * after an fsync of the directory, and neither before.
 */
import type { EntryType } from './filesystem.ts';

/** As stat(2) has them; `mode` is permission bits. */
export interface Attrs {
  mode: number;
  uid: number;
  gid: number;
}

/** One file, directory or link; `entries` and `target` are of those alone that have them. */
export interface Inode extends Attrs {
  readonly number: number;
  readonly type: EntryType;
  content: Uint8Array;
  /** Bytes in use of `content`, which is larger while a file grows. */
  size: number;
  target: string;
  readonly xattrs: Map<string, Uint8Array>;
  readonly entries: Map<string, Inode>;
  /** Of directories: where it hangs; null once removed, and for the root. */
  parent: { readonly directory: Inode; readonly name: string } | null;
  links: number;
  handles: number;
  modified: number;
  changed: number;
  /** As it was created, and as it was at its last fsync: one of them is what a crash leaves. */
  created: Saved;
  synced: Saved | null;
  /** Of directories: entries at the last fsync. */
  durable: Map<string, Inode>;
}

/** What a power cut may leave of an inode. */
export interface Saved extends Attrs {
  readonly content: Uint8Array;
  readonly xattrs: ReadonlyMap<string, Uint8Array>;
}

/** One change of entries, in order over the whole disk; a rename has two edits that belong together. */
export interface Edit {
  readonly directory: Inode;
  readonly name: string;
  /** Null removes. */
  readonly inode: Inode | null;
}

/** `used` and `capacity` are bytes, and files take whole blocks. `now` moves by a millisecond with every change. */
export interface Disk {
  readonly root: Inode;
  readonly capacity: number;
  used: number;
  nextNumber: number;
  now: number;
  /** Entry changes whose directories were not synced since. */
  pending: (readonly Edit[])[];
}

/** An empty root of mode 0755 and nothing else. */
export function newDisk(capacity: number): Disk {
  const root = newInode(1, 'directory', 0o755, 0);
  root.links = 1;
  return { root, capacity, used: 0, nextNumber: 2, now: 0, pending: [] };
}

/** Root's, empty, hanging nowhere and never synced. */
export function newInode(number: number, type: EntryType, mode: number, now: number): Inode {
  const saved: Saved = { mode, uid: 0, gid: 0, content: new Uint8Array(0), xattrs: new Map() };
  return {
    number,
    type,
    mode,
    uid: 0,
    gid: 0,
    content: new Uint8Array(0),
    size: 0,
    target: '',
    xattrs: new Map(),
    entries: new Map(),
    parent: null,
    links: 0,
    handles: 0,
    modified: now,
    changed: now,
    created: saved,
    synced: null,
    durable: new Map(),
  };
}

/** A copy: later changes of the inode do not reach it. */
export function save(inode: Inode): Saved {
  return {
    mode: inode.mode,
    uid: inode.uid,
    gid: inode.gid,
    content: inode.content.slice(0, inode.size),
    xattrs: new Map(inode.xattrs),
  };
}

/** Space is handed out in blocks, as on disk. */
export function blocks(bytes: number): number {
  return Math.ceil(bytes / 4096) * 4096;
}

/** Applies entry changes everywhere at once, and remembers that they are not durable. Additions come before removals. */
export function edit(disk: Disk, edits: readonly Edit[]): void {
  disk.now += 1;
  for (const { directory, name, inode } of edits) {
    const old = directory.entries.get(name);
    if (inode === null) directory.entries.delete(name);
    else {
      directory.entries.set(name, inode);
      inode.links += 1;
      inode.changed = disk.now;
      if (inode.type === 'directory') inode.parent = { directory, name };
    }
    if (old !== undefined) {
      old.links -= 1;
      if (old.links === 0) old.parent = null;
      release(disk, old);
    }
    directory.modified = disk.now;
    directory.changed = disk.now;
  }
  disk.pending.push(edits);
}

/** Frees the blocks of what nobody names or holds. */
export function release(disk: Disk, inode: Inode): void {
  if (inode.links > 0 || inode.handles > 0 || inode.size === 0) return;
  disk.used -= blocks(inode.size);
  inode.size = 0;
  inode.content = new Uint8Array(0);
}

/** fsync of a directory: its entries so far are durable. A rename between two directories goes whole. */
export function syncDirectory(disk: Disk, directory: Inode): void {
  directory.synced = save(directory);
  const kept: (readonly Edit[])[] = [];
  for (const edits of disk.pending) {
    if (edits.some((one) => one.directory === directory)) makeDurable(edits);
    else kept.push(edits);
  }
  disk.pending = kept;
}

/** These changes of entries have reached the disk. */
export function makeDurable(edits: readonly Edit[]): void {
  for (const { directory, name, inode } of edits) {
    if (inode === null) directory.durable.delete(name);
    else directory.durable.set(name, inode);
  }
}
