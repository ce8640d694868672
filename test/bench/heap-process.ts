/** heap-process ROOT, with --expose-gc: reconciles 10,000 times and sends the heap on the way, each after a collection. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openBenchAgent } from './bench-agent.ts';
import { signedSpec, writeTrust } from './document.ts';
import { workloadOf } from './workload.ts';

const RECONCILES = 10_000;
const SAMPLE_EVERY = 1_000;
const NEW_GENERATION_EVERY = 25;
const TAMPER_EVERY = 25;
const FILES = 100;

export interface HeapSample {
  readonly reconciles: number;
  /** Bytes. */
  readonly used: number;
  readonly external: number;
  readonly rss: number;
}

const root = process.argv[2] ?? '';
const workload = workloadOf(FILES);

function specOf(generation: number): string {
  const files = workload.files.map(({ path, text }, index) => [
    path,
    // A few files change with each generation.
    { content: { inline: index === generation % FILES ? `${text}# ${generation}\n` : text } },
  ]);
  return signedSpec(generation, { files: Object.fromEntries(files) as Readonly<Record<string, unknown>> });
}

async function collected(reconciles: number): Promise<HeapSample> {
  for (let round = 0; round < 3; round += 1) {
    globalThis.gc?.();
    await sleep(20);
  }
  const { heapUsed, external, rss } = process.memoryUsage();
  return { reconciles, used: heapUsed, external, rss };
}

writeTrust(root);
{
  await using agent = await openBenchAgent(root, 0);
  let generation = 1;
  await agent.bringAbout(specOf(generation));
  for (let reconciles = 1; reconciles <= RECONCILES; reconciles += 1) {
    if (reconciles % NEW_GENERATION_EVERY === 0) await agent.bringAbout(specOf(++generation));
    else {
      const { path } = workload.files[Math.trunc(reconciles / TAMPER_EVERY) % FILES] ?? { path: '' };
      if (reconciles % TAMPER_EVERY === 1) writeFileSync(join(root, path), 'edited by hand\n');
      await agent.lookAtAll();
    }
    if (reconciles % SAMPLE_EVERY === 0) process.send?.(await collected(reconciles));
  }
}
process.disconnect?.();
