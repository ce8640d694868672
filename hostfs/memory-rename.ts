/** What rename(2) refuses of two names that are there. */
import type { Inode } from './memory-inodes.ts';

export interface Rename {
  readonly inode: Inode;
  /** Where it lies. */
  readonly source: Inode;
  /** Where it is to lie. */
  readonly target: Inode;
  /** What lies there already. */
  readonly old: Inode | null;
}

/** The errno by which it fails; null: it may be done. */
export function renameRefused({ inode, source, target, old }: Rename): string | null {
  const isDirectory = inode.type === 'directory';
  if (isDirectory && isOrHolds(inode, target)) return 'EINVAL';
  if (old === null) return null;
  if (isOrHolds(old, source)) return 'ENOTEMPTY';
  if (!isDirectory) return old.type === 'directory' ? 'EISDIR' : null;
  if (old.type !== 'directory') return 'ENOTDIR';
  return old.entries.size > 0 ? 'ENOTEMPTY' : null;
}

function isOrHolds(directory: Inode, what: Inode): boolean {
  for (let at: Inode | undefined = what; at !== undefined; at = at.parent?.directory) if (at === directory) return true;
  return false;
}
