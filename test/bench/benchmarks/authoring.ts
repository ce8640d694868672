/** What people wait for: a build of a large site, validate from a cold start, a press of Tab. By the bundle, against fixed times. */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateKeys } from '../../../agent/verify/keys.ts';
import { skippedRow, type Benchmark, type Row } from '../benchmark.ts';
import { lacksCompiler } from '../c-program.ts';
import type { Ground } from '../ground.ts';
import { timeToEnd } from '../launched.ts';
import { largeSite } from '../site.ts';
import { median, milliseconds } from '../statistics.ts';

const NODES = 500;
const BUILD_MS = 5_000;
const VALIDATE_MS = 300;
/** What a press of a key is felt to take no time in. */
const INSTANT_MS = 100;
const BUILDS = 5;
const VALIDATIONS = 15;

const checkout = fileURLToPath(new URL('../../..', import.meta.url));

export const authoring: Benchmark = {
  name: 'authoring',
  what: `a build of ${NODES} nodes with their signatures, validate of a layer, and completion of a field, each a new process of the bundle`,
  goal: `≤ ${BUILD_MS / 1_000} s, ≤ ${VALIDATE_MS} ms`,
  async run(ground) {
    const lack = lacksCompiler();
    if (lack !== null) return [skippedRow('build', `${BUILD_MS / 1_000} s`, 1, lack)];
    execFileSync(process.execPath, [...process.execArgv, `${checkout}packaging/bundle.ts`], { stdio: 'ignore' });
    const site = largeSite(ground, NODES);
    const key = join(ground.fresh('key'), 'ops-1.key');
    writeFileSync(key, generateKeys().privatePem);
    const build = ['build', site, '--key', key];
    const first = await times(ground, BUILDS, build, () => {
      for (const name of ['build', 'generations.json']) rmSync(join(site, name), { recursive: true, force: true });
    });
    const again = await times(ground, BUILDS, build);
    const validate = await times(ground, VALIDATIONS, ['validate', `${checkout}examples/site/roles/lb.yaml`]);
    const complete = await times(ground, VALIDATIONS, ['complete', 'zsh', 'explain', 'files.']);
    return [
      row(`build, ${NODES} nodes, all new`, first, BUILD_MS),
      row(`build, ${NODES} nodes, none changed`, again, BUILD_MS),
      row('validate a layer, cold start', validate, VALIDATE_MS),
      {
        ...row('complete a field, cold start', complete, INSTANT_MS),
        reference: `instant: ${milliseconds(INSTANT_MS)}`,
        goal: null,
      },
    ];
  },
};

async function times(
  ground: Ground,
  runs: number,
  words: readonly string[],
  before = (): void => {},
): Promise<readonly number[]> {
  const taken: number[] = [];
  for (let run = 0; run < runs; run += 1) {
    before();
    ground.quiet();
    taken.push(await timeToEnd(ground, { argv: [process.execPath, `${checkout}dist/keelson.cjs`, ...words] }));
  }
  return taken;
}

function row(name: string, ours: readonly number[], goalMs: number): Row {
  return {
    name,
    ours: milliseconds(median(ours)),
    reference: `the goal: ${milliseconds(goalMs)}`,
    ratio: median(ours) / goalMs,
    spread: [Math.min(...ours) / goalMs, Math.max(...ours) / goalMs],
    goal: 1,
    samples: { unit: 'ms', ours },
  };
}
