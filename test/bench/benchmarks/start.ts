/** From the start of the daemon's process to READY=1, on a node that is as desired. */
import { skippedRow, type Benchmark } from '../benchmark.ts';
import { lacksCompiler } from '../c-program.ts';
import { bareNode, DaemonRoot } from '../daemon.ts';
import { timeToEnd } from '../launched.ts';
import { median, milliseconds, pairwise } from '../statistics.ts';

const PAIRS = 15;
const GOAL = 3;

export const start: Benchmark = {
  name: 'start',
  what: 'start → READY of the bundle, compile cache warm',
  goal: `≤ ${GOAL} × node -e 0`,
  async run(ground) {
    const lack = lacksCompiler();
    if (lack !== null) return [skippedRow('start → READY', 'node -e 0', GOAL, lack)];
    const daemon = new DaemonRoot(ground);
    // The first life applies the spec, the second fills the compile cache with what a usual start loads.
    for (let life = 0; life < 2; life += 1) {
      const running = await daemon.start();
      await daemon.settled();
      await running[Symbol.asyncDispose]();
    }
    const ours: number[] = [];
    const bare: number[] = [];
    for (let pair = 0; pair < PAIRS; pair += 1) {
      const measureOurs = async (): Promise<void> => {
        await using running = await daemon.start();
        ours.push(running.readyMs);
      };
      const measureBare = async (): Promise<void> => void bare.push(await timeToEnd(ground, bareNode('0')));
      for (const measure of pair % 2 === 0 ? [measureOurs, measureBare] : [measureBare, measureOurs]) await measure();
    }
    return [
      {
        name: 'start → READY',
        ours: milliseconds(median(ours)),
        reference: `node -e 0: ${milliseconds(median(bare))}`,
        ...pairwise(ours, bare),
        goal: GOAL,
        samples: { unit: 'ms', ours, reference: bare },
      },
    ];
  },
};
