/**
 * One build writes a site: two at once would give one number to different documents. The kernel takes the lock back
 * when its holder dies, so the file may stay behind and holds nobody up.
 */
import { FsError } from '../../hostfs/errors.ts';
import type { FileSystem } from '../../hostfs/filesystem.ts';
import type { Lock, TakeLock } from '../apply/lock.ts';
import { buildError } from '../authoring/errors.ts';
import type { Invocation } from './invocation.ts';

/** In the folder of the site, while a build runs. */
export const SITE_LOCK = '.generations.lock';

const waitsMs = 10_000;
const looksEveryMs = 100;
/** Whoever can create no file can write no output either, and is told so there. */
const writesNothing = new Set(['EROFS', 'ENOSPC', 'EDQUOT', 'EACCES']);

/** Waits a while for who has it. The root of `fs` is the site. @throws KSN-BUILD-020 */
export async function lockSite(
  fs: FileSystem,
  take: TakeLock,
  { clock, signal, terminal }: Pick<Invocation, 'clock' | 'signal' | 'terminal'>,
): Promise<AsyncDisposable> {
  const until = clock.monotonic() + waitsMs;
  for (;;) {
    const lock = await attempt(fs, take, (why) =>
      terminal.warn(`${SITE_LOCK} cannot be locked (${why}). See to it that no other build of this site runs.`),
    );
    if (lock !== null) return lock;
    if (clock.monotonic() >= until)
      throw buildError('KSN-BUILD-020', 'another build of this site runs', { place: { file: SITE_LOCK } });
    await clock.sleep(looksEveryMs, signal);
  }
}

/**
 * Null: somebody has it. Who is done removes the file, so what was there before the lock was taken must be there after
 * it: else it is the lock of a file that nobody else will find.
 */
async function attempt(fs: FileSystem, take: TakeLock, warn: (why: string) => void): Promise<AsyncDisposable | null> {
  const path = `/${SITE_LOCK}`;
  for (;;) {
    const before = await inodeOf(fs, path);
    let lock: Lock | null;
    try {
      lock = await take(fs.physical(path));
    } catch (error) {
      const { code = '' } = error as { readonly code?: string };
      if (code === 'EACCES' && before !== null) throw foreign(error);
      if (!writesNothing.has(code)) warn((error as Error).message);
      return { [Symbol.asyncDispose]: async () => {} };
    }
    if (lock === null) return null;
    if (before !== null && before === (await inodeOf(fs, path)))
      return {
        [Symbol.asyncDispose]: async () => {
          try {
            await fs.remove(path);
          } catch (error) {
            // It may stay behind: what the build made is no worse for it.
            if (!(error instanceof FsError)) throw error;
          } finally {
            lock[Symbol.dispose]();
          }
        },
      };
    lock[Symbol.dispose]();
  }
}

async function inodeOf(fs: FileSystem, path: string): Promise<string | null> {
  const entry = await fs.lstat(path);
  return entry === null ? null : `${entry.device}:${entry.inode}`;
}

function foreign(cause: unknown): Error {
  return buildError('KSN-BUILD-020', `${SITE_LOCK} is another user's, whose build runs or was cut off`, {
    place: { file: SITE_LOCK },
    remedy: `When no build of this site runs, remove ${SITE_LOCK}.`,
    cause,
  });
}
