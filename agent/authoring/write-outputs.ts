/** Puts a build on the disk, so that whatever ends it in between, no number has gone out that is not in generations.json. */
import type { FileSystem } from '../../hostfs/filesystem.ts';
import type { Output } from './build-site.ts';
import { buildError } from './errors.ts';
import { BUILD_FOLDER } from './outputs.ts';
import { STATE_FILE } from './stamps.ts';

const attributes = { mode: 0o644, uid: 0, gid: 0 } as const;
/** fsyncs that wait together take about as long as one. */
const together = 16;

/** Whether a file would be another than it is. */
export function isChange({ before, after }: Output): boolean {
  return before === null || after === null ? before !== after : Buffer.compare(before, after) !== 0;
}

/** Each file whole or not at all. The state comes first, and is durable before anything that has its numbers. */
export async function writeOutputs(outputs: readonly Output[], fs: FileSystem): Promise<void> {
  const changed = outputs.filter(isChange);
  const [first] = changed;
  if (first === undefined) return;
  const rest = first.path === STATE_FILE ? changed.slice(1) : changed;
  if (first.path === STATE_FILE) await writeState(first, fs);
  if (rest.length === 0) return;
  await fs.ensureDirectory(`/${BUILD_FOLDER}`, { ...attributes, mode: 0o755 });
  await sweep(fs);
  for (let at = 0; at < rest.length;) {
    const batch = batchFrom(rest, at);
    await Promise.all(batch.map((output) => stage(output, fs)));
    for (const { path, after } of batch)
      await (after === null ? fs.remove(`/${path}`) : fs.publish(`/${path}`, temporaryOf(path)));
    await fs.flush();
    at += batch.length;
  }
}

/** The manifest stands alone: what comes after it must find it written. */
function batchFrom(outputs: readonly Output[], at: number): readonly Output[] {
  const batch: Output[] = [];
  for (const output of outputs.slice(at, at + together)) {
    if (batch.some(({ path }) => path === output.path) || (batch.length > 0 && isManifest(output))) break;
    batch.push(output);
    if (isManifest(output)) break;
  }
  return batch;
}

function isManifest({ path }: Output): boolean {
  return path.endsWith('/MANIFEST.json');
}

async function writeState({ path, before, after }: Output, fs: FileSystem): Promise<void> {
  const entry = await fs.lstat(`/${path}`);
  const now = entry === null ? null : await fs.read(`/${path}`);
  if (isChange({ path, before, after: now }))
    throw buildError('KSN-BUILD-020', `${path} was written by somebody else during this build`);
  await fs.writeDurably(`/${path}`, after ?? new Uint8Array(), attributes);
}

async function stage({ path, after }: Output, fs: FileSystem): Promise<void> {
  if (after !== null) await fs.stage(`/${path}`, temporaryOf(path), after, attributes);
}

/** What a build that was cut off left half made. */
async function sweep(fs: FileSystem): Promise<void> {
  for (const name of await fs.list(`/${BUILD_FOLDER}`))
    if (name.startsWith('.') && name.endsWith(half)) await fs.remove(`/${BUILD_FOLDER}/${name}`);
}

const half = '.new~';

function temporaryOf(path: string): string {
  return `.${path.slice(path.lastIndexOf('/') + 1)}${half}`;
}
