/**
 * One process mutates: an exclusive lock on the state folder that the kernel takes back when its holder dies.
 *
 * SQLite's, on an empty `lock` in the state folder: a POSIX record lock, which holds across network namespaces and
 * containers, and leaves nothing behind. One kind of lock only, since flock(2) and record locks do not see each
 * other. (flock by node:ffi would save 1.8 MB, but is not there on every node.) POSIX drops the lock when the
 * process closes *any* descriptor of that file: nobody else opens `lock`.
 */
import type { FileSystem } from '../../hostfs/filesystem.ts';
import { KeelsonError } from '../base/errors.ts';
import { applyError } from './errors.ts';
import { runningPid } from './starts.ts';

/** Held until disposed of, or until the process ends. */
export type Lock = Disposable;

/** Takes the lock at a real path; null: somebody else has it. Injected, since the twin has no kernel. */
export type TakeLock = (path: string) => Promise<Lock | null>;

/** Takes the lock of the state folder `dir`, which exists. */
export async function lockState(fs: FileSystem, dir: string, take: TakeLock = takeSqliteLock): Promise<Lock> {
  const path = `${dir}/lock`;
  let lock: Lock | null;
  try {
    lock = await take(fs.physical(path));
  } catch (error) {
    if (error instanceof KeelsonError) throw error;
    throw applyError('KSN-APPLY-021', `The lock ${path} cannot be taken: ${(error as Error).message}.`, {
      element: path,
      cause: error,
    });
  }
  if (lock !== null) return lock;
  const pid = await runningPid(fs, dir);
  throw applyError('KSN-APPLY-020', `Another agent${pid === null ? '' : ` (process ${pid})`} runs on ${dir}.`, {
    element: path,
  });
}

const busy = 5;

export const takeSqliteLock: TakeLock = async (path) => {
  const { DatabaseSync } = await import('node:sqlite');
  const database = new DatabaseSync(path, { timeout: 0 });
  try {
    database.exec(
      'PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = MEMORY; PRAGMA cache_size = 1; BEGIN EXCLUSIVE',
    );
  } catch (error) {
    database.close();
    if ((error as { errcode?: number }).errcode === busy) return null;
    throw error;
  }
  return { [Symbol.dispose]: () => database.close() };
};
