/** A test host on a real folder, by the same hostfs as on a node. Dying leaves its disk as it is. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadLibc } from '../../hostfs/ffi.ts';
import type { IdMapping } from '../../hostfs/ids.ts';
import { interpose, type PrimitiveCall } from '../../hostfs/interpose.ts';
import { CrashError } from '../../hostfs/memory-host.ts';
import { nodePrimitives } from '../../hostfs/node-primitives.ts';
import type { Primitives } from '../../hostfs/primitives.ts';
import { openRoot } from '../../hostfs/rooted.ts';
import { testHost, TestStores, type CrashableHost, type Machine, type TestHostOptions } from './test-host.ts';

export const isRoot = process.getuid?.() === 0;

/** As the sandbox of `keelson dev` does it: without root rights, the process's own ids stand for 0. */
const ids: IdMapping = isRoot ? 'as-is' : { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };

class FolderMachine implements Machine {
  readonly primitives: Primitives;
  readonly counts = new Map<string, number>();
  calls = 0;
  #point: { readonly index: number; readonly when: 'before' | 'after' } | undefined;
  #dead = false;

  constructor(root: string) {
    this.primitives = interpose(nodePrimitives({ root, libc: loadLibc() }), {
      before: (call) => this.#before(call),
      after: (call) => this.#dieAt(call, 'after'),
    });
  }

  crashAt(index: number, when: 'before' | 'after' = 'before'): void {
    this.#point = { index, when };
  }

  #before(call: PrimitiveCall): void {
    // A dead process closes its files; a test must too.
    if (call.primitive === 'close') return;
    this.calls = call.index;
    this.counts.set(call.primitive, (this.counts.get(call.primitive) ?? 0) + 1);
    this.#dieAt(call, 'before');
  }

  #dieAt(call: PrimitiveCall, when: 'before' | 'after'): void {
    if (call.primitive === 'close') return;
    if (this.#point?.when === when && call.index >= this.#point.index) this.#dead = true;
    if (this.#dead) throw new CrashError(`crash ${when} ${call.primitive} ${call.name}`);
  }
}

/** The folder goes away with the test that asks for the host. */
export async function folderHost(
  t: { teardown(undo: () => unknown): void },
  options: TestHostOptions = {},
): Promise<CrashableHost> {
  const folder = mkdtempSync(join(tmpdir(), 'keelson-test-'));
  const stores = new TestStores();
  const started: AsyncDisposable[] = [];
  const start = async (): Promise<CrashableHost> => {
    const machine = new FolderMachine(folder);
    const host = testHost(await openRoot(machine.primitives, { ids }), stores, options);
    started.push(host);
    return { ...host, machine, restart: start };
  };
  t.teardown(async () => {
    for (const host of started) await host[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  });
  return start();
}
