/** The root that is meant, as a rooted file system: the same one for the daemon, the sandbox and commands that read the disk. */
import { resolve } from 'node:path';
import { loadLibc, type Libc } from '../../hostfs/ffi.ts';
import type { FileSystem } from '../../hostfs/filesystem.ts';
import { nodePrimitives } from '../../hostfs/node-primitives.ts';
import { openRoot } from '../../hostfs/rooted.ts';
import { cliError } from './errors.ts';

export interface OpenedRoot {
  readonly fs: FileSystem & AsyncDisposable;
  readonly libc: Libc | null;
  /** An ordinary user's sandbox: their own ids stand for root's. */
  readonly rootless: boolean;
  /** The root is `/`: units, processes and timers of this machine are this root's. */
  readonly isWholeHost: boolean;
}

/**
 * `looking`: whose the files of the whole host are is told as it is, also to an ordinary user. To whom a sandbox belongs,
 * their own ids stand for root's in any case.
 */
export async function openRootFolder(path: string, looking?: 'looking'): Promise<OpenedRoot> {
  const libc = loadLibc();
  const uid = process.getuid?.() ?? 0;
  const gid = process.getgid?.() ?? 0;
  const rootless = uid !== 0;
  try {
    // Throws where the working directory is gone, which a path from there needs.
    const isWholeHost = resolve(path) === '/';
    const asIs = !rootless || (isWholeHost && looking !== undefined);
    const fs = await openRoot(nodePrimitives({ root: path, libc }), { ids: asIs ? 'as-is' : { uid, gid } });
    return { fs, libc, rootless, isWholeHost };
  } catch (error) {
    throw cliError('KSN-CLI-002', `the root ${path} cannot be opened: ${(error as Error).message}`, {
      cause: error,
      element: path,
    });
  }
}
