/**
 * One process mutates: an exclusive lock on `lock` in the state folder that the kernel takes back when its holder dies.
 * It holds across network namespaces and containers, and leaves nothing behind.
 *
 * An open file description lock where libc can be called (`lockWhole`), and SQLite's POSIX record lock elsewhere. The
 * kernel lets neither by the other; flock(2) would be seen by neither. POSIX drops a lock when the process closes *any*
 * descriptor of that file: nobody else opens `lock`.
 */
import { closeSync, constants, openSync } from 'node:fs';
import type { Libc } from '../../hostfs/ffi.ts';
import type { FileSystem } from '../../hostfs/filesystem.ts';
import { KeelsonError } from '../base/errors.ts';
import { applyError } from './errors.ts';
import { isFsError } from './fs-errors.ts';
import { runningPid } from './starts.ts';

/** Held until disposed of, or until the process ends. */
export type Lock = Disposable;

/** Takes the lock at a real path; null: somebody else has it. Injected, since the twin has no kernel. */
export type TakeLock = (path: string) => Promise<Lock | null>;

/**
 * The lock of a state folder. Who holds it may find the folder moved away, or put back from a backup: then it holds a
 * lock that the next agent does not ask for.
 */
export interface StateLock extends Lock {
  /** What lies at the path is what was locked. Once it was not, it is never again. Unreadable counts as there. */
  readonly stands: () => Promise<boolean>;
  /** As `stands` saw it last. */
  readonly lost: boolean;
}

/** Takes the lock of the state folder `dir`, which exists. */
export async function lockState(fs: FileSystem, dir: string, take: TakeLock = takeSqliteLock): Promise<StateLock> {
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
  if (lock !== null) return watched(fs, path, lock);
  const pid = await runningPid(fs, dir);
  throw applyError('KSN-APPLY-020', `Another agent${pid === null ? '' : ` (process ${pid})`} runs on ${dir}.`, {
    element: path,
  });
}

async function watched(fs: FileSystem, path: string, held: Lock): Promise<StateLock> {
  const look = async (): Promise<string | null> => {
    const entry = await fs.lstat(path);
    return entry === null ? null : `${entry.device}:${entry.inode}`;
  };
  const locked = await look();
  let lost = false;
  return {
    stands: async () => {
      try {
        lost ||= (await look()) !== locked;
      } catch (error) {
        if (!isFsError(error)) throw error;
        lost ||= isFsError(error, 'NOT_FOUND', 'NOT_A_DIRECTORY');
      }
      return !lost;
    },
    get lost() {
      return lost;
    },
    [Symbol.dispose]: () => held[Symbol.dispose](),
  };
}

const lockFlags = constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** Whichever this node has. */
export function kernelLock(libc: Pick<Libc, 'lockWhole'> | null): TakeLock {
  if (libc === null) return takeSqliteLock;
  return async (path) => {
    const descriptor = openSync(path, lockFlags, 0o600);
    try {
      if (libc.lockWhole(descriptor)) return { [Symbol.dispose]: () => closeSync(descriptor) };
    } catch (error) {
      closeSync(descriptor);
      // The kernel does not know it; anything else keeps this lock from being taken, and the other one as well.
      if ((error as { code?: string }).code === 'EINVAL') return takeSqliteLock(path);
      throw error;
    }
    closeSync(descriptor);
    return null;
  };
}

const busy = 5;

/** 1.6 MB and half a millisecond more than the other. */
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
