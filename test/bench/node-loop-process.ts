/** Writes the files of a list durably, 16 in flight, and says how long that took: all that Node itself needs for it. */
import { mkdirSync, readFileSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Workload } from './workload.ts';

const IN_FLIGHT = 16;

const { folders, files } = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as Workload;
const begun = performance.now();
for (const folder of folders) mkdirSync(folder, { recursive: true });
const queue = files.values();
await Promise.all(
  Array.from({ length: IN_FLIGHT }, async () => {
    for (const { path, text } of queue) await writeDurably(path, text);
  }),
);
for (const folder of new Set([...folders, ...folders.map((each) => dirname(each))])) await syncFolder(folder);
process.send?.(performance.now() - begun);

async function writeDurably(path: string, text: string): Promise<void> {
  const file = await open(`${path}.new`, 'wx', 0o644);
  await file.write(text);
  await file.sync();
  await file.close();
  await rename(`${path}.new`, path);
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path);
  await folder.sync();
  await folder.close();
}
