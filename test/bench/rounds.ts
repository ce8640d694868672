/** Contestants in turns, so that what slows the machine for a while slows all of them. */
import type { Contestant, Turn } from './contestant.ts';
import type { Ground } from './ground.ts';
import { checkAll, makeFolders, type Workload } from './workload.ts';

/** Milliseconds by contestant, one a round. */
export type Times = ReadonlyMap<Contestant, readonly number[]>;

export interface RoundsOptions {
  readonly rounds: number;
  /** The folders of the files are there before the run; else bringing them about is part of it. */
  readonly foldersThere: boolean;
}

export async function convergeInTurns(
  ground: Ground,
  contestants: readonly Contestant[],
  workload: Workload,
  { rounds, foldersThere }: RoundsOptions,
): Promise<Times> {
  const times = new Map<Contestant, number[]>(contestants.map((contestant) => [contestant, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const contestant of inOrder(contestants, round)) {
      const root = ground.fresh('root');
      const turn = await contestant.prepare(workload, root);
      if (foldersThere) makeFolders(workload, root);
      ground.quiet();
      times.get(contestant)?.push(await turn.run());
      checkAll(workload, root, contestant.name);
      // Its files stay to the end of the run: ext4 gives no inode again for minutes after it was deleted, and makes
      // whoever creates a file look past each of them (recently_deleted in fs/ext4/ialloc.c), 0.8 ms a file.
      await turn.end();
    }
  }
  return times;
}

/** Everybody brings the workload about once, unmeasured; then runs with nothing to do, in turns. */
export async function lookInTurns(
  ground: Ground,
  contestants: readonly Contestant[],
  workload: Workload,
  rounds: number,
): Promise<Times> {
  const turns = new Map<Contestant, Turn>();
  const times = new Map<Contestant, number[]>(contestants.map((contestant) => [contestant, []]));
  for (const contestant of contestants) {
    const turn = await contestant.prepare(workload, ground.fresh('root'));
    turns.set(contestant, turn);
    await turn.run();
  }
  ground.quiet();
  for (let round = 0; round < rounds; round += 1) {
    for (const contestant of inOrder(contestants, round)) {
      const took = await turns.get(contestant)?.again();
      if (took !== undefined) times.get(contestant)?.push(took);
    }
  }
  for (const turn of turns.values()) await turn.end();
  return times;
}

/** Everyone has every place once. */
function inOrder<T>(all: readonly T[], round: number): readonly T[] {
  const first = round % Math.max(1, all.length);
  return [...all.slice(first), ...all.slice(0, first)];
}
