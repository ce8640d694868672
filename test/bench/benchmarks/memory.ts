/** Memory of the idle daemon with its sockets serving, against a Node that only waits. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { skippedRow, type Benchmark, type Row } from '../benchmark.ts';
import { lacksCompiler } from '../c-program.ts';
import { bareNode, DaemonRoot } from '../daemon.ts';
import { memoryOf } from '../proc.ts';
import { median, pairwise } from '../statistics.ts';

const PAIRS = 3;
const IDLE_MS = 15_000;
const GOAL = 1.6;

type Memory = ReturnType<typeof memoryOf>;

export const memory: Benchmark = {
  name: 'memory',
  what: `RSS and PSS after ${IDLE_MS / 1_000} s of idling, the status asked once`,
  goal: `≤ ${GOAL} × RSS of an idle bare Node`,
  async run(ground) {
    const lack = lacksCompiler();
    if (lack !== null) return [skippedRow('idle RSS', 'bare Node', GOAL, lack)];
    const applied: Memory[] = [];
    const started: Memory[] = [];
    const bare: Memory[] = [];
    for (let pair = 0; pair < PAIRS; pair += 1) {
      const daemon = new DaemonRoot(ground);
      // Its first life verifies and applies a spec; the second finds everything as desired.
      for (const life of [applied, started]) {
        await using running = await daemon.start();
        await daemon.settled();
        await sleep(IDLE_MS);
        life.push(memoryOf(running.pid));
      }
      bare.push(await idleBare());
    }
    return [
      rowOf('idle RSS (after a start)', 'rss', started, bare, GOAL),
      rowOf('idle PSS (after a start)', 'pss', started, bare, null),
      rowOf('idle RSS (has applied a spec)', 'rss', applied, bare, null),
    ];
  },
};

async function idleBare(): Promise<Memory> {
  const [program = '', ...args] = bareNode('setInterval(() => {}, 1e9)').argv;
  const child = spawn(program, args, { stdio: 'ignore', env: {} });
  await once(child, 'spawn');
  await sleep(IDLE_MS);
  const seen = memoryOf(child.pid ?? 0);
  child.kill();
  await once(child, 'exit');
  return seen;
}

function rowOf(
  name: string,
  what: keyof Memory,
  ours: readonly Memory[],
  bare: readonly Memory[],
  goal: number | null,
): Row {
  const [mine, theirs] = [ours, bare].map((list) => list.map((each) => each[what])) as [number[], number[]];
  return {
    name,
    ours: mebibytes(median(mine)),
    reference: `bare Node: ${mebibytes(median(theirs))}`,
    ...pairwise(mine, theirs),
    goal,
    samples: { unit: 'KiB', ours: mine, reference: theirs },
  };
}

function mebibytes(kibibytes: number): string {
  return `${(kibibytes / 1_024).toFixed(1)} MiB`;
}
