/**
 * Folders that keep everybody out: what lies beneath one is for others as secret as a file that they may not read,
 * whatever its own mode says.
 */
import { stepsTo } from '../base/steps-to.ts';
import { FsError } from '../../hostfs/errors.ts';
import type { ReadFileSystem } from '../../hostfs/filesystem.ts';
import { parentPath } from '../../hostfs/path.ts';
import { permissionBits } from './path-state.ts';

/** Search permission (path_resolution(7)) for others. */
const passing = 0o001;

/** Is the state that of a directory, and one of this sort? States of any kind may be asked. */
export function isClosedFolder(state: unknown): boolean {
  if (typeof state !== 'object' || state === null || !('type' in state) || !('mode' in state)) return false;
  return state.type === 'directory' && typeof state.mode === 'string' && (permissionBits(state.mode) & passing) === 0;
}

/**
 * Does one stand on the way to `path` on this host? What cannot be looked at counts as closed. The root itself does not
 * count: a sandbox lies in a folder of its owner's, and that is no matter of the node in it.
 */
export async function isBehindClosedFolder(fs: Pick<ReadFileSystem, 'lstat'>, path: string): Promise<boolean> {
  try {
    for await (const step of stepsTo((at) => fs.lstat(at), parentPath(path))) {
      const { type, mode } = step.entry;
      if (type === 'directory' && (mode & passing) === 0 && step.path !== '/') return true;
    }
    return false;
  } catch (error) {
    if (error instanceof FsError) return true;
    throw error;
  }
}
