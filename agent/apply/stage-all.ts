import { asKeelsonError, type Reason } from '../base/errors.ts';
import { kindOf } from '../plan/targets.ts';
import {
  ThirdStateError,
  WaitError,
  type Address,
  type AnyKind,
  type Change,
  type StageHost,
  type Wait,
} from '../resources/kind.ts';

export type StageOutcome =
  /** unfinished: what it needs is not there yet; staged again just before its wave. */
  | { readonly is: 'staged'; readonly change: Change<unknown>; readonly unfinished: boolean }
  | { readonly is: 'waits'; readonly wait: Wait }
  | { readonly is: 'third' }
  | { readonly is: 'failed'; readonly reason: Reason };

/** How many changes are staged side by side: enough to keep a disk's queue full, few enough for its file handles. */
const STAGING_WIDTH = 16;

/** Stages every change; one failure does not hide the others. Nothing becomes visible. */
export async function stageAll(
  kinds: readonly AnyKind[],
  hostOf: (change: Change<unknown>) => StageHost,
  changes: readonly Change<unknown>[],
  signal: AbortSignal,
): Promise<ReadonlyMap<Address, StageOutcome>> {
  const outcomes = new Map<Address, StageOutcome>();
  const queue = changes.values();
  const worker = async (): Promise<void> => {
    for (const change of queue) outcomes.set(change.address, await stageOne(kinds, hostOf(change), change, signal));
  };
  await Promise.all(Array.from({ length: Math.min(STAGING_WIDTH, changes.length) }, worker));
  return outcomes;
}

async function stageOne(
  kinds: readonly AnyKind[],
  host: StageHost,
  change: Change<unknown>,
  signal: AbortSignal,
): Promise<StageOutcome> {
  const kind = kindOf(kinds, change.address);
  try {
    signal.throwIfAborted();
    if (kind === undefined) throw new Error(`no kind for ${change.address}`);
    const staged = await kind.stage(change, host, signal);
    return { is: 'staged', change: staged.change, unfinished: staged.unfinished === true };
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (error instanceof WaitError)
      return { is: 'waits', wait: { address: change.address, reason: error.reason, until: error.until } };
    if (error instanceof ThirdStateError) return { is: 'third' };
    const failure = asKeelsonError(error);
    // What may succeed without anybody changing the spec (no space, no registry) is waited for, not held against the generation.
    if (failure.retryable)
      return { is: 'waits', wait: { address: change.address, reason: failure.toReason(), until: 'input' } };
    return { is: 'failed', reason: failure.toReason() };
  }
}
