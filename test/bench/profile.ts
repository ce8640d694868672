/** CPU profiles of what is measured, and of nothing else: `KEELSON_BENCH_PROF=DIR make bench`, opened in any DevTools. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import { join } from 'node:path';

const INTERVAL_MICROSECONDS = 200;

let profiles = 0;

export async function profiled<T>(what: string, work: () => Promise<T>): Promise<T> {
  const folder = process.env['KEELSON_BENCH_PROF'];
  if (folder === undefined) return work();
  const session = new Session();
  session.connect();
  try {
    await session.post('Profiler.enable');
    await session.post('Profiler.setSamplingInterval', { interval: INTERVAL_MICROSECONDS });
    await session.post('Profiler.start');
    const result = await work();
    const { profile } = await session.post('Profiler.stop');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `${what}-${process.pid}-${++profiles}.cpuprofile`), JSON.stringify(profile));
    return result;
  } finally {
    session.disconnect();
  }
}
