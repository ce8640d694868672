/**
 * One wave: intent → apply → directories synced → done. The only place from which a kind's `apply` is called.
 * A crash before the intent leaves only temporaries; after it, recovery observes each change and completes it.
 */
import { DeadlineError, withDeadline } from '../base/deadline.ts';
import { asKeelsonError, type Reason } from '../base/errors.ts';
import { kindOf } from '../plan/targets.ts';
import { ThirdStateError, type Address, type Change } from '../resources/kind.ts';
import { executionError } from './execution-errors.ts';
import type { Execution, Failure } from './execution.ts';
import type { JournalRecord, OpenTransaction, TxId } from './records.ts';

/** Apply is short by contract; longer work starts under the change's id and is awaited by probe. */
const APPLY_DEADLINE_MS = 5_000;

/** What became of each change. `third`: met a state that is neither `from` nor `to`, so plan anew. */
export interface WaveOutcome {
  readonly applied: readonly Change<unknown>[];
  readonly third: readonly Address[];
  readonly failures: readonly Failure[];
}

/**
 * Intent (with the records of `before`, in one frame), every `apply` in order, one flush, `done`. A change that fails
 * is an outcome; the journal or the flush failing rejects, and so does an abort, with the intent standing. `onFailure:
 * 'stop'` leaves out what comes after the first failure.
 */
export async function commitWave(
  execution: Execution,
  tx: TxId,
  wave: number,
  changes: readonly Change<unknown>[],
  onFailure: 'stop' | 'continue',
  before: readonly JournalRecord[] = [],
): Promise<WaveOutcome> {
  const { book, hosts, writer } = execution;
  return writer.run(async (signal) => {
    const intent: JournalRecord = { t: 'intent', tx, wave, changes };
    await book.commit(...before, intent);
    for (const change of changes) execution.busy.set(change.address, tx);
    const applied: Change<unknown>[] = [];
    const third: Address[] = [];
    const failures: Failure[] = [];
    for (const change of changes) {
      if (failures.length > 0 && onFailure === 'stop') break;
      try {
        if (change.guard !== undefined) await execution.guards.arm(change);
        await applyOne(execution, change, signal);
        applied.push(change);
      } catch (error) {
        if (signal.aborted) throw signal.reason;
        if (error instanceof ThirdStateError) third.push(change.address);
        else failures.push({ address: change.address, reason: asKeelsonError(error).toReason() });
      }
    }
    await hosts.mutate.fs.flush();
    await book.note({ t: 'done', tx, ids: applied.map((change) => change.id) });
    return { applied, third, failures };
  });
}

/**
 * Applies one change under the contract's deadline. Past it the change has failed, and is still waited for: another
 * must not begin while this one may yet change something. Used by recovery as well.
 */
export async function applyOne(execution: Execution, change: Change<unknown>, signal: AbortSignal): Promise<void> {
  const kind = kindOf(execution.kinds, change.address);
  if (kind === undefined) throw new Error(`no kind for ${change.address}`);
  let applying: Promise<void> | undefined;
  try {
    await withDeadline(execution.clock, APPLY_DEADLINE_MS, signal, (limited) => {
      applying = kind.apply(change, execution.hosts.mutate, limited);
      return applying;
    });
  } catch (error) {
    if (!(error instanceof DeadlineError)) throw error;
    await applying?.catch(() => {});
    throw executionError('KSN-EXEC-001', `${change.address} was not changed within ${APPLY_DEADLINE_MS / 1000} s`, {
      element: change.address,
    });
  }
}

/** The number of the next wave of a transaction; recovery may have had some. */
export function nextWave(tx: OpenTransaction | undefined): number {
  return Math.max(-1, ...(tx?.intents ?? []).map((intent) => intent.wave)) + 1;
}

/** The reason of the first failure, with how many more there are. */
export function firstReason(failures: readonly Failure[]): Reason | null {
  const [first] = failures;
  if (first === undefined) return null;
  return failures.length === 1
    ? first.reason
    : { ...first.reason, message: `${first.reason.message} (and ${failures.length - 1} more)` };
}
