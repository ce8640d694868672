/** What a power cut leaves of a disk in memory. */
import {
  blocks,
  edit,
  makeDurable,
  newDisk,
  newInode,
  syncDirectory,
  type Disk,
  type Edit,
  type Inode,
  type Saved,
} from './memory-inodes.ts';

/**
 * Decides what became of each thing that was not synced: called with the number of possibilities, answers which.
 * 0 is always the least durable one.
 */
export type Choose = (possibilities: number) => number;

/** Nothing that was not synced made it: the adversary. */
export const losesAll: Choose = () => 0;
/** Everything made it: the process died, not the machine. */
export const losesNothing: Choose = (possibilities) => possibilities - 1;

/** A reproducible mix (mulberry32). */
export function losesBySeed(seed: number): Choose {
  let state = seed | 0;
  return (possibilities) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % possibilities;
  };
}

/** A new disk with what survived. The old one must not be used any more. */
export function crashed(disk: Disk, choose: Choose): Disk {
  for (const edits of survivingEdits(disk, choose)) makeDurable(edits);
  const after = newDisk(disk.capacity);
  after.nextNumber = disk.nextNumber;
  after.now = disk.now + 1;
  const copies = new Map<Inode, Inode>([[disk.root, after.root]]);
  restoreAttributes(after.root, savedOf(disk.root, choose));
  const queue: Inode[] = [disk.root];
  for (let from = queue.pop(); from !== undefined; from = queue.pop()) {
    const to = copies.get(from);
    if (to === undefined) continue;
    for (const [name, inode] of from.durable) {
      let copy = copies.get(inode);
      if (copy === undefined) {
        copy = survivor(after, inode, choose);
        copies.set(inode, copy);
        if (inode.type === 'directory') queue.push(inode);
      }
      edit(after, [{ directory: to, name, inode: copy }]);
    }
  }
  for (const copy of copies.values()) {
    if (copy.type === 'directory') syncDirectory(after, copy);
  }
  return after;
}

/** Of each directory's pending changes a first part, in order; a rename between two goes whole or not at all. */
function survivingEdits(disk: Disk, choose: Choose): (readonly Edit[])[] {
  const cuts = new Map<Inode, number>();
  for (const edits of disk.pending)
    for (const { directory } of edits) cuts.set(directory, (cuts.get(directory) ?? 0) + 1);
  for (const [directory, count] of cuts) cuts.set(directory, choose(count + 1));
  for (;;) {
    const seen = new Map<Inode, number>();
    const kept: (readonly Edit[])[] = [];
    let stable = true;
    for (const edits of disk.pending) {
      const directories = new Set(edits.map((one) => one.directory));
      const survives = [...directories].every((directory) => (seen.get(directory) ?? 0) < (cuts.get(directory) ?? 0));
      for (const directory of directories) {
        const index = seen.get(directory) ?? 0;
        if (!survives && index < (cuts.get(directory) ?? 0)) {
          cuts.set(directory, index);
          stable = false;
        }
        seen.set(directory, index + 1);
      }
      if (survives) kept.push(edits);
    }
    if (stable) return kept;
  }
}

function survivor(disk: Disk, inode: Inode, choose: Choose): Inode {
  const copy = newInode(inode.number, inode.type, inode.mode, disk.now);
  copy.target = inode.target;
  const saved = savedOf(inode, choose);
  restoreAttributes(copy, saved);
  copy.content = inode.type === 'file' ? tornContent(inode, saved, choose) : new Uint8Array(0);
  copy.size = copy.content.length;
  disk.used += blocks(copy.size);
  copy.created = { ...saved, content: copy.content };
  copy.synced = copy.created;
  return copy;
}

/** Attributes as last synced (or created), or as they were at the end. */
function savedOf(inode: Inode, choose: Choose): Saved {
  const durable = inode.synced ?? inode.created;
  if (choose(2) === 0) return durable;
  return { ...durable, mode: inode.mode, uid: inode.uid, gid: inode.gid, xattrs: inode.xattrs };
}

/** Each 512-byte sector and the size as last synced, or as they were at the end. */
function tornContent(inode: Inode, saved: Saved, choose: Choose): Uint8Array {
  const old = (inode.synced ?? inode.created).content;
  const live = inode.content.subarray(0, inode.size);
  if (inode.links === 0 && inode.size === 0) return saved.content;
  const size = choose(2) === 0 ? old.length : live.length;
  const torn = new Uint8Array(size);
  for (let at = 0; at < size; at += 512) {
    const from = choose(2) === 0 ? old : live;
    torn.set(from.subarray(at, Math.min(at + 512, size)), at);
  }
  return torn;
}

function restoreAttributes(inode: Inode, saved: Saved): void {
  inode.mode = saved.mode;
  inode.uid = saved.uid;
  inode.gid = saved.gid;
  for (const [name, value] of saved.xattrs) inode.xattrs.set(name, value);
}
