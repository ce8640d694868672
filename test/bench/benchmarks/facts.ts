/** The document of facts: how long its first gathering takes, and for how long at once nothing else is answered. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { openRoot } from '../../../hostfs/rooted.ts';
import { nodePrimitives } from '../../../hostfs/node-primitives.ts';
import { hugeMachine, treeOf } from '../../host/node-facts/machines.ts';
import { ownIds } from '../../support/roots.ts';
import { plant } from '../../support/tree.ts';
import type { Benchmark, Row } from '../benchmark.ts';
import { median, milliseconds } from '../statistics.ts';

const program = fileURLToPath(new URL('../facts-process.ts', import.meta.url));
const COLD_MS = 150;
const STALL_MS = 20;
const RUNS = 9;

interface Sample {
  readonly took: number;
  readonly stalled: number;
}

export const facts: Benchmark = {
  name: 'facts',
  what: `the first gathering of the facts in a process, of this machine and of one with 512 threads, 64 disks and 300 interfaces`,
  goal: `≤ ${COLD_MS} ms, the event loop never held for more than ${STALL_MS} ms`,
  async run(ground) {
    const huge = ground.fresh('huge');
    {
      await using fs = await openRoot(nodePrimitives({ root: huge, libc: null }), { ids: ownIds });
      await plant(fs, treeOf(hugeMachine()));
    }
    ground.quiet();
    return [
      ...rowsOf('facts of this machine', await samples([]), COLD_MS),
      // Thousands of files have no goal in time.
      ...rowsOf('facts of a huge machine', await samples([huge]), null),
    ];
  },
};

async function samples(args: readonly string[]): Promise<readonly Sample[]> {
  const found: Sample[] = [];
  for (let run = 0; run < RUNS; run += 1) {
    const child = fork(program, args);
    child.on('message', (sample) => void found.push(sample as Sample));
    const [code] = (await once(child, 'exit')) as [number | null];
    if (code !== 0) throw new Error(`the process ended with ${code}`);
  }
  return found;
}

function rowsOf(name: string, found: readonly Sample[], coldGoal: number | null): readonly Row[] {
  const took = found.map((sample) => sample.took);
  const stalled = found.map((sample) => sample.stalled);
  const row = (what: string, ours: readonly number[], goalMs: number, hasGoal: boolean): Row => ({
    name: what,
    ours: milliseconds(median(ours)),
    reference: `${hasGoal ? 'the goal' : 'for comparison'}: ${milliseconds(goalMs)}`,
    ratio: median(ours) / goalMs,
    spread: [Math.min(...ours) / goalMs, Math.max(...ours) / goalMs],
    goal: hasGoal ? 1 : null,
    samples: { unit: 'ms', ours },
  });
  return [
    row(`${name}, cold`, took, COLD_MS, coldGoal !== null),
    row(`${name}, longest hold of the event loop`, stalled, STALL_MS, true),
  ];
}
