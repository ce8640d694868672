/** Runs a node to a crash at one primitive and starts what is left of it again. */
import { losesNothing, type Choose } from '../../hostfs/memory-crash.ts';
import type { MemoryHost } from '../../hostfs/memory-host.ts';
import type { VerifiedSpec } from '../../agent/verify/verified-spec.ts';
import { EngineNode, type EngineNodeOptions } from './engine-node.ts';

/** What changes a disk. A crash before or after anything else is the same as one between the two around it. */
const MUTATING = new Set([
  'createFile',
  'write',
  'sync',
  'syncData',
  'setOwner',
  'setMode',
  'setLinkOwner',
  'setXattr',
  'createDirectory',
  'createLink',
  'rename',
  'renameNew',
  'unlink',
  'rmdir',
]);

export interface Points {
  /** Primitives in all. */
  readonly primitives: number;
  /** Of those that change the disk, the index of each. */
  readonly mutating: readonly number[];
}

/** One run without a crash, from start to rest: where it could crash. */
export async function crashPoints(
  machine: MemoryHost,
  spec: VerifiedSpec,
  options: EngineNodeOptions = {},
): Promise<Points> {
  const host = machine.crash(losesNothing);
  const mutating: number[] = [];
  host.onPrimitive = (call) => {
    if (MUTATING.has(call.primitive)) mutating.push(call.index);
  };
  await using node = await EngineNode.on(host, options);
  await node.start();
  await node.accept(spec);
  host.onPrimitive = undefined;
  return { primitives: host.calls, mutating };
}

/** The same run, dead at `index`; then a new start on what `choose` leaves, accepted again if that was lost, at rest. */
export async function crashAndRecover(
  machine: MemoryHost,
  spec: VerifiedSpec,
  index: number,
  when: 'before' | 'after',
  choose: Choose,
  options: EngineNodeOptions = {},
): Promise<EngineNode> {
  const host = machine.crash(losesNothing);
  const node = await EngineNode.on(host, options);
  await dieAt(node, host, index, when, async () => {
    await node.start();
    await node.accept(spec);
  });
  const again = await node.crash(choose);
  await again.start();
  await again.accept(spec);
  return again;
}

/** Resolves when the machine is dead (or the work ended before that). */
export async function dieAt(
  node: EngineNode,
  host: MemoryHost,
  index: number,
  when: 'before' | 'after',
  work: () => Promise<void>,
): Promise<void> {
  host.crashAt(index, when);
  const ended = new AbortController();
  const done = work().then(
    () => ended.abort(),
    () => ended.abort(),
  );
  await Promise.race([done, node.died(ended.signal)]);
}
