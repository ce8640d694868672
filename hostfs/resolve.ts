/**
 * From a path to an open directory, component by component beneath the root. Links are resolved in the root:
 * an absolute target starts at the root again, `..` above it is refused. Because every step opens one name on
 * an open directory and refuses links there, nobody can lead the walk outside by swapping names under it.
 */
import { FsError } from './errors.ts';
import { errnoOf, type DirectoryHandle, type Primitives } from './primitives.ts';

/** As the kernel (MAXSYMLINKS in include/linux/namei.h). */
const maxLinks = 40;

/** How the walk ended: the open directory, and whether a link was on the way. The caller closes it. */
export interface Walked {
  readonly handle: DirectoryHandle;
  readonly throughLink: boolean;
}

/**
 * Opens the directory that `parts` lead to, following links also at the last part.
 * Throws ESCAPE and LOOP as FsError, all else as the primitive's error.
 */
export function walk(primitives: Primitives, root: DirectoryHandle, parts: readonly string[], path: string): Walked {
  const opened: DirectoryHandle[] = [];
  const queue = parts.toReversed();
  let links = 0;
  try {
    for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
      if (name === '..') {
        const left = opened.pop();
        if (left === undefined) throw new FsError('ESCAPE', path, `A link on the way to ${path} leads above the root.`);
        primitives.close(left);
        continue;
      }
      const at = opened.at(-1) ?? root;
      const next = openOrLink(primitives, at, name);
      if (typeof next !== 'string') {
        opened.push(next);
        continue;
      }
      links += 1;
      if (links > maxLinks) throw new FsError('LOOP', path, `More than ${maxLinks} links on the way to ${path}.`);
      if (next.startsWith('/')) closeAll(primitives, opened);
      for (const part of next.split('/').toReversed()) if (part !== '' && part !== '.') queue.push(part);
    }
    const handle = opened.pop() ?? primitives.openDirectory(root, '.');
    return { handle, throughLink: links > 0 };
  } finally {
    closeAll(primitives, opened);
  }
}

/** The open directory at `name`, or the target of the link there. */
function openOrLink(primitives: Primitives, at: DirectoryHandle, name: string): DirectoryHandle | string {
  try {
    return primitives.openDirectory(at, name);
  } catch (error) {
    if (errnoOf(error) !== 'ENOTDIR' && errnoOf(error) !== 'ELOOP') throw error;
    try {
      return primitives.readlink(at, name);
    } catch (unreadable) {
      // EINVAL: no link either, so the first answer stands.
      throw errnoOf(unreadable) === 'EINVAL' ? error : unreadable;
    }
  }
}

function closeAll(primitives: Primitives, handles: DirectoryHandle[]): void {
  for (let handle = handles.pop(); handle !== undefined; handle = handles.pop()) primitives.close(handle);
}
