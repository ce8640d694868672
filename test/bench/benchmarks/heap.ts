/** Whether the agent grows with its age. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Benchmark } from '../benchmark.ts';
import type { HeapSample } from '../heap-process.ts';

const program = fileURLToPath(new URL('../heap-process.ts', import.meta.url));
const GOAL = 1.1;

export const heap: Benchmark = {
  name: 'heap',
  what: '10,000 reconciles of 100 files, among them 400 generations and 400 repairs',
  goal: 'the heap grows by at most 10 % between the 1,000th and the 10,000th',
  async run(ground) {
    const child = fork(program, [ground.fresh('root')], { execArgv: [...process.execArgv, '--expose-gc'] });
    const seen: HeapSample[] = [];
    child.on('message', (sample) => void seen.push(sample as HeapSample));
    const [code] = (await once(child, 'exit')) as [number | null];
    const [first, last] = [seen.at(0), seen.at(-1)];
    if (code !== 0 || first === undefined || last === undefined) throw new Error(`the process ended with ${code}`);
    return [
      {
        name: `heap after ${last.reconciles} reconciles`,
        ours: mebibytes(last.used),
        reference: `after ${first.reconciles}: ${mebibytes(first.used)}`,
        ratio: last.used / first.used,
        goal: GOAL,
        samples: {
          unit: 'bytes',
          reconciles: seen.map((sample) => sample.reconciles),
          heapUsed: seen.map((sample) => sample.used),
          external: seen.map((sample) => sample.external),
          rss: seen.map((sample) => sample.rss),
        },
      },
    ];
  },
};

function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}
