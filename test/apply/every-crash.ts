/** Runs work once for every primitive it calls, dying before or after that one, and looks at what a restart finds. */
import { CrashError, MemoryHost } from '../../hostfs/memory-host.ts';
import { losesAll, losesBySeed, losesNothing, type Choose } from '../../hostfs/memory-crash.ts';
import { openRoot } from '../../hostfs/rooted.ts';
import type { FileSystem } from '../../hostfs/filesystem.ts';

export interface CrashTest {
  /** Before the crashes begin. */
  readonly prepare?: (fs: FileSystem) => Promise<void>;
  readonly work: (fs: FileSystem) => Promise<void>;
  /** On the host as a restart finds it. Throws when something is wrong. */
  readonly check: (fs: FileSystem, host: MemoryHost) => Promise<void>;
}

/** Gives the number of crashes. */
export async function everyCrash({ prepare, work, check }: CrashTest): Promise<number> {
  let points = 0;
  for (const [name, choose] of [
    ['lost', () => losesAll],
    ['kept', () => losesNothing],
    ['mixed', losesBySeed],
  ] as const) {
    for (const when of ['before', 'after'] as const) {
      for (let index = 1; ; index += 1) {
        const crashed = await one({ prepare, work, check }, when, index, choose(index), name);
        if (!crashed) break;
        points += 1;
      }
    }
  }
  return points;
}

async function one(
  { prepare, work, check }: { prepare: CrashTest['prepare'] } & Omit<CrashTest, 'prepare'>,
  when: 'before' | 'after',
  index: number,
  choose: Choose,
  name: string,
): Promise<boolean> {
  const host = new MemoryHost();
  const outside = await openRoot(host.outside, { ids: 'as-is' });
  await outside.ensureDirectory('/state', { mode: 0o700, uid: 0, gid: 0 });
  await prepare?.(outside);
  const fs = await openRoot(host.primitives, { ids: 'as-is' });
  host.crashAt(host.calls + index, when);
  let crashed = false;
  try {
    await work(fs);
  } catch (error) {
    if (!(error instanceof CrashError) && !((error as Error).cause instanceof CrashError)) throw error;
    crashed = true;
  }
  const after = host.crash(crashed ? choose : losesAll);
  try {
    await check(await openRoot(after.primitives, { ids: 'as-is' }), after);
  } catch (error) {
    throw new Error(`unsynced ${name}, ${when} primitive ${index}: ${(error as Error).message}`, { cause: error });
  }
  return crashed;
}
