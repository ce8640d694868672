/** A test host on a disk in memory: it can crash at any primitive, lose what was not synced, and be started again. */
import { losesAll, type Choose } from '../../hostfs/memory-crash.ts';
import { MemoryHost, type MemoryHostOptions } from '../../hostfs/memory-host.ts';
import { openRoot } from '../../hostfs/rooted.ts';
import { testHost, TestStores, type CrashableHost, type TestHostOptions } from './test-host.ts';

export interface MemoryTestHost extends CrashableHost {
  readonly machine: MemoryHost;
  restart(choose?: Choose): Promise<MemoryTestHost>;
}

export async function memoryHost(
  options: TestHostOptions & { readonly memory?: MemoryHostOptions } = {},
  machine: MemoryHost = new MemoryHost(options.memory),
  stores: TestStores = new TestStores(),
): Promise<MemoryTestHost> {
  const host = testHost(await openRoot(machine.primitives, { ids: 'as-is' }), stores, options);
  return { ...host, machine, restart: (choose = losesAll) => memoryHost(options, machine.crash(choose), stores) };
}
