/**
 * `make bench`: measures Keelson against C, cf-agent, puppet and bare Node, one benchmark after the other.
 *
 *     bin/node test/bench/main.ts [--json FILE] [--folder DIR] [--only NAME…] [--readme]
 *
 * `--readme`: the table takes the place of the one in the README, with the date.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Benchmark, Row } from './benchmark.ts';
import { Ground } from './ground.ts';
import { inReadme, json, markdownTable } from './report.ts';
import { converge } from './benchmarks/converge.ts';
import { audit } from './benchmarks/audit.ts';
import { repair } from './benchmarks/repair.ts';
import { placePod } from './benchmarks/place-pod.ts';
import { start } from './benchmarks/start.ts';
import { memory } from './benchmarks/memory.ts';
import { idleCpu } from './benchmarks/idle-cpu.ts';
import { heap } from './benchmarks/heap.ts';
import { authoring } from './benchmarks/authoring.ts';
import { ignitionAudit } from './benchmarks/ignition-audit.ts';
import { endpoint } from './benchmarks/endpoint.ts';
import { facts } from './benchmarks/facts.ts';

const benchmarks: readonly Benchmark[] = [
  converge,
  audit,
  repair,
  placePod,
  start,
  memory,
  idleCpu,
  heap,
  authoring,
  ignitionAudit,
  endpoint,
  facts,
];

const { values, positionals } = parseArgs({
  options: {
    json: { type: 'string' },
    folder: { type: 'string', default: fileURLToPath(new URL('../../.bench', import.meta.url)) },
    readme: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true, default: [] },
  },
  allowPositionals: true,
});
const wanted = new Set([...values.only, ...positionals]);
for (const name of wanted) {
  if (!benchmarks.some((benchmark) => benchmark.name === name))
    throw new Error(`there is no benchmark ${name}; there are: ${benchmarks.map((each) => each.name).join(', ')}`);
}

const rows: Row[] = [];
using ground = new Ground(values.folder);
for (const benchmark of benchmarks) {
  if (wanted.size > 0 && !wanted.has(benchmark.name)) continue;
  process.stderr.write(`${benchmark.name}: ${benchmark.what}; goal: ${benchmark.goal}\n`);
  try {
    rows.push(...(await benchmark.run(ground)));
  } catch (error) {
    // The others are still worth knowing.
    console.error(error);
    rows.push({
      name: benchmark.name,
      ours: '',
      reference: '',
      ratio: null,
      goal: null,
      skipped: `failed: ${(error as Error).message}`,
      samples: {},
    });
    process.exitCode = 1;
  }
  // After each: what is measured is kept, whatever becomes of the rest.
  if (values.json !== undefined) writeFileSync(values.json, json(rows));
}
console.log(markdownTable(rows));
if (values.readme) {
  const readme = new URL('../../README.md', import.meta.url);
  const when = `${new Date().toISOString().slice(0, 10)}, ${availableParallelism()} cores`;
  writeFileSync(readme, inReadme(readFileSync(readme, 'utf8'), when, rows));
}
