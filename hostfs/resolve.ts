/**
 * From a path to an open directory, component by component beneath the root. Links are resolved in the root:
 * an absolute target starts at the root again, `..` above it is refused. Because every step opens one name on
 * an open directory and refuses links there, nobody can lead the walk outside by swapping names under it; nor
 * elsewhere inside it by a link of theirs (`link-trust.ts`).
 */
import { FsError } from './errors.ts';
import { LinkTrust, type Link } from './link-trust.ts';
import { ErrnoError, errnoOf, type DirectoryHandle, type Primitives } from './primitives.ts';

/** As the kernel (MAXSYMLINKS in include/linux/namei.h). */
const maxLinks = 40;

/** How the walk ended: the open directory, and whether a link was on the way. The caller closes it. */
export interface Walked {
  readonly handle: DirectoryHandle;
  readonly throughLink: boolean;
}

/**
 * Opens the directory that `parts` lead to, following links also at the last part.
 * Throws ESCAPE, LOOP and UNSAFE_LINK as FsError, all else as the primitive's error.
 */
export function walk(primitives: Primitives, root: DirectoryHandle, parts: readonly string[], path: string): Walked {
  const opened: DirectoryHandle[] = [];
  const queue = parts.toReversed();
  let links = 0;
  // Only from the first link on: without one there is nothing to judge.
  let trust: LinkTrust | undefined;
  try {
    for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
      if (name === '..') {
        const left = opened.pop();
        if (left === undefined) throw new FsError('ESCAPE', path, `A link on the way to ${path} leads above the root.`);
        primitives.close(left);
        trust?.arrive(opened.at(-1) ?? root, queue.length);
        continue;
      }
      const at = opened.at(-1) ?? root;
      const next = openOrLink(primitives, at, name);
      if (typeof next === 'number') {
        opened.push(next);
        trust?.arrive(next, queue.length);
        continue;
      }
      links += 1;
      if (links > maxLinks) throw new FsError('LOOP', path, `More than ${maxLinks} links on the way to ${path}.`);
      trust ??= new LinkTrust(primitives, [root, ...opened], path);
      trust.follow(at, name, next, queue.length);
      if (next.target.startsWith('/')) closeAll(primitives, opened);
      for (const part of next.target.split('/').toReversed()) if (part !== '' && part !== '.') queue.push(part);
      // A target of '/' or '.' is reached already.
      trust.arrive(opened.at(-1) ?? root, queue.length);
    }
    const handle = opened.pop() ?? primitives.openDirectory(root, '.');
    return { handle, throughLink: links > 0 };
  } finally {
    closeAll(primitives, opened);
  }
}

/** The open directory at `name`, or the link there. */
function openOrLink(primitives: Primitives, at: DirectoryHandle, name: string): DirectoryHandle | Link {
  try {
    return primitives.openDirectory(at, name);
  } catch (error) {
    if (errnoOf(error) !== 'ENOTDIR' && errnoOf(error) !== 'ELOOP') throw error;
    const link = linkAt(primitives, at, name);
    if (link === null) throw error;
    return link;
  }
}

/** Null: there is none. Target and owner are of one link: who swaps links meanwhile moves the change time of both. */
function linkAt(primitives: Primitives, at: DirectoryHandle, name: string): Link | null {
  const stat = primitives.lstat(at, name);
  if (stat?.type !== 'link') return null;
  const target = primitives.readlink(at, name);
  const still = primitives.lstat(at, name);
  if (still?.inode !== stat.inode || still.changedMs !== stat.changedMs)
    throw new ErrnoError('ESTALE', 'readlink', name);
  return { target, uid: stat.uid };
}

function closeAll(primitives: Primitives, handles: DirectoryHandle[]): void {
  for (let handle = handles.pop(); handle !== undefined; handle = handles.pop()) primitives.close(handle);
}
