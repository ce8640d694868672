/** Processor time of the daemon with nothing to do. */
import { setTimeout as sleep } from 'node:timers/promises';
import { skippedRow, type Benchmark } from '../benchmark.ts';
import { lacksCompiler } from '../c-program.ts';
import { DaemonRoot } from '../daemon.ts';
import { cpuOf } from '../proc.ts';

const WARM_UP_MS = 15_000;
const MEASURED_MS = 60_000;
const GOAL_PERCENT = 0.1;
const NAME = 'idle CPU over 60 s';

export const idleCpu: Benchmark = {
  name: 'idle-cpu',
  what: `user and system time of the idle daemon over ${MEASURED_MS / 1_000} s`,
  goal: `≤ ${GOAL_PERCENT} % of one processor`,
  async run(ground) {
    const lack = lacksCompiler();
    if (lack !== null) return [skippedRow(NAME, `${GOAL_PERCENT} %`, 1, lack)];
    const daemon = new DaemonRoot(ground);
    await using running = await daemon.start();
    await daemon.settled();
    await sleep(WARM_UP_MS);
    const before = cpuOf(running.pid);
    const begun = performance.now();
    await sleep(MEASURED_MS);
    const after = cpuOf(running.pid);
    const elapsed = performance.now() - begun;
    const percent = ((after.stat - before.stat) / elapsed) * 100;
    const byScheduler = ((after.scheduler - before.scheduler) / elapsed) * 100;
    return [
      {
        name: NAME,
        ours: `${percent.toFixed(3)} % (scheduler: ${byScheduler.toFixed(3)} %)`,
        reference: `goal: ${GOAL_PERCENT} %`,
        ratio: percent / GOAL_PERCENT,
        goal: 1,
        samples: { unit: '%', stat: percent, scheduler: byScheduler },
      },
    ];
  },
};
