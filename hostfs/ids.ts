/** Whose files: ids as they are, or the root of a sandbox that belongs to an ordinary user. */
import { FsError } from './errors.ts';

/**
 * `as-is` on a real root. `{uid, gid}` in a rootless sandbox: the process's own ids are shown as 0 and written for 0;
 * any other id is refused, since the kernel would refuse it too.
 */
export type IdMapping = 'as-is' | { readonly uid: number; readonly gid: number };

/** Ids as the host's files have them. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** From disk to caller. The swap keeps it one to one: a file of the real root is not shown as ours. */
export function shownOwner(mapping: IdMapping, { uid, gid }: Owner): Owner {
  if (mapping === 'as-is') return { uid, gid };
  return { uid: swap(uid, mapping.uid), gid: swap(gid, mapping.gid) };
}

/** From caller to disk. Throws UNSUPPORTED for an id that this sandbox cannot give. */
export function diskOwner(mapping: IdMapping, wanted: Owner, path: string): Owner {
  if (mapping === 'as-is') return wanted;
  if (wanted.uid !== 0 || wanted.gid !== 0) {
    const what = wanted.uid === 0 ? `group ${wanted.gid}` : `user ${wanted.uid}`;
    throw new FsError(
      'UNSUPPORTED',
      path,
      `This sandbox has no root rights, so it cannot give ${path} to ${what}; only 0:0, which stands for yourself.`,
    );
  }
  return { uid: mapping.uid, gid: mapping.gid };
}

function swap(id: number, own: number): number {
  return id === own ? 0 : id === 0 ? own : id;
}
