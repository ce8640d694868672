/** An audit of an Ignition config by a new process of the bundle, against a fixed time. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Benchmark } from '../benchmark.ts';
import { skippedRow } from '../benchmark.ts';
import { lacksCompiler } from '../c-program.ts';
import { timeToEnd } from '../launched.ts';
import { median, milliseconds } from '../statistics.ts';

const ITEMS = 100;
const GOAL_MS = 200;
const RUNS = 15;

const checkout = fileURLToPath(new URL('../../..', import.meta.url));

export const ignitionAudit: Benchmark = {
  name: 'ignition-audit',
  what: `keelson ignition audit of ${ITEMS} files and drop-ins that are the same, each run a new process of the bundle`,
  goal: `≤ ${GOAL_MS} ms`,
  async run(ground) {
    const name = `ignition audit, ${ITEMS} items`;
    const lack = lacksCompiler();
    if (lack !== null) return [skippedRow(name, `${GOAL_MS} ms`, 1, lack)];
    execFileSync(process.execPath, [...process.execArgv, `${checkout}packaging/bundle.ts`], { stdio: 'ignore' });
    const root = ground.fresh('ignition');
    const config = join(root, 'config.ign');
    const place = (path: string, content: string): void => {
      mkdirSync(join(root, path, '..'), { recursive: true });
      writeFileSync(join(root, path), content, { mode: 0o644 });
    };
    const content = 'x'.repeat(1024);
    const numbers = Array.from({ length: ITEMS / 2 }, (_, at) => at);
    for (const at of numbers) {
      place(`/etc/app/${at}.conf`, content);
      place(`/etc/systemd/system/u${at}.service.d/10-x.conf`, content);
    }
    const files = numbers.map((at) => ({ path: `/etc/app/${at}.conf`, contents: { source: `data:,${content}` } }));
    const units = numbers.map((at) => ({
      name: `u${at}.service`,
      dropins: [{ name: '10-x.conf', contents: content }],
    }));
    writeFileSync(config, JSON.stringify({ ignition: { version: '3.5.0' }, storage: { files }, systemd: { units } }));
    const argv = [process.execPath, `${checkout}dist/keelson.cjs`, '--root', root, 'ignition', 'audit', config];
    const ours: number[] = [];
    for (let run = 0; run < RUNS; run += 1) ours.push(await timeToEnd(ground, { argv }));
    return [
      {
        name,
        ours: milliseconds(median(ours)),
        reference: `the goal: ${milliseconds(GOAL_MS)}`,
        ratio: median(ours) / GOAL_MS,
        spread: [Math.min(...ours) / GOAL_MS, Math.max(...ours) / GOAL_MS],
        goal: 1,
        samples: { unit: 'ms', ours },
      },
    ];
  },
};
