/** What a person and Prometheus wait for: the page and what it is made of, with 1,000 resources, over the socket. */
import { skippedRow, type Benchmark, type Row } from '../benchmark.ts';
import { lacksCompiler } from '../c-program.ts';
import { DaemonRoot } from '../daemon.ts';
import { filesOf, signedSpec } from '../document.ts';
import { median, milliseconds } from '../statistics.ts';
import { workloadOf } from '../workload.ts';

const RESOURCES = 1_000;
const GOAL_MS = 20;
const WARM = 20;
const ASKED = 60;
const PATHS = ['/', '/?show=all', '/v1/status', '/v1/resources', '/metrics'];

export const endpoint: Benchmark = {
  name: 'endpoint',
  what: `an answer of the warm daemon with ${RESOURCES} resources, connection and all, over its socket`,
  goal: `≤ ${GOAL_MS} ms`,
  async run(ground) {
    const lack = lacksCompiler();
    if (lack !== null) return [skippedRow('endpoint /', `${GOAL_MS} ms`, 1, lack)];
    const daemon = new DaemonRoot(ground, signedSpec(1, filesOf(workloadOf(RESOURCES))));
    await using _ = await daemon.start();
    await daemon.settled();
    const rows: Row[] = [];
    for (const path of PATHS) {
      const taken: number[] = [];
      let bytes = 0;
      for (let asked = 0; asked < WARM + ASKED; asked += 1) {
        const begun = performance.now();
        bytes = Buffer.byteLength(await daemon.ask(path));
        if (asked >= WARM) taken.push(performance.now() - begun);
      }
      rows.push(rowOf(`endpoint ${path} (${Math.ceil(bytes / 1_024)} KiB)`, taken));
    }
    return rows;
  },
};

function rowOf(name: string, ours: readonly number[]): Row {
  return {
    name,
    ours: milliseconds(median(ours)),
    reference: `the goal: ${milliseconds(GOAL_MS)}`,
    ratio: median(ours) / GOAL_MS,
    spread: [Math.min(...ours) / GOAL_MS, Math.max(...ours) / GOAL_MS],
    goal: 1,
    samples: { unit: 'ms', ours },
  };
}
