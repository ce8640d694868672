/** A managed file is overwritten by somebody else; how long until it is back. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { AgentHandle } from '../agent-handle.ts';
import { skippedRow, type Benchmark, type Row } from '../benchmark.ts';
import { compiled, lacksCompiler } from '../c-program.ts';
import { filesOf, signedSpec } from '../document.ts';
import type { Ground } from '../ground.ts';
import { milliseconds, percentile } from '../statistics.ts';
import { checkAll, workloadOf } from '../workload.ts';

const GOAL_MS = 10;
const MANAGED = 1_000;
/** Each another file: five repairs of one file in ten minutes would be damped. */
const TAMPERS = 250;
const GAP_MS = 40;
const DEFAULT_SETTLE_MS = 2_000;

const run = promisify(execFile);

export const repair: Benchmark = {
  name: 'repair',
  what: `${TAMPERS} tampers among ${MANAGED} managed files, from the first byte until the content is back`,
  goal: `p99 ≤ ${GOAL_MS} ms after settle`,
  async run(ground) {
    const lack = lacksCompiler();
    if (lack !== null) return [skippedRow('repair', `${GOAL_MS} ms`, 1, lack)];
    return [
      await measure(ground, 'repair (settle 0)', 0),
      await measure(ground, 'repair (settle 2 s, subtracted)', DEFAULT_SETTLE_MS),
    ];
  },
};

async function measure(ground: Ground, name: string, settleMs: number): Promise<Row> {
  const root = ground.fresh('root');
  const workload = workloadOf(MANAGED);
  await using agent = await AgentHandle.open(root, settleMs);
  await agent.bringAbout(signedSpec(1, filesOf(workload)));
  ground.quiet();
  const tampering = run(compiled(ground, 'tamper'), [String(GAP_MS)]);
  tampering.child.stdin?.end(
    workload.files
      .filter((_, index) => index % (MANAGED / TAMPERS) === 0)
      .map(({ path }) => `${join(root, path)}\n`)
      .join(''),
  );
  const { stdout } = await tampering;
  const took = stdout
    .trim()
    .split('\n')
    .map((microseconds) => Number(microseconds) / 1_000 - settleMs);
  checkAll(workload, root, name);
  const p99 = percentile(took, 99);
  return {
    name: `${name} p99`,
    ours: `p50 ${milliseconds(percentile(took, 50))}, p99 ${milliseconds(p99)}`,
    reference: `goal: ${GOAL_MS} ms`,
    ratio: p99 / GOAL_MS,
    goal: 1,
    samples: { unit: 'ms', ours: took, settleMs },
  };
}
