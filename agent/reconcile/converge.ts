/**
 * Brings the host to a desired state inside one open transaction: look, change what is free, look again, until
 * nothing differs. What waits is waited for; what fails ends it (generation) or is tried again (rollback).
 */
import { backoff } from '../base/backoff.ts';
import type { Reason } from '../base/errors.ts';
import { executionError } from '../apply/execution-errors.ts';
import { isIrreversible } from '../apply/execution.ts';
import { firstReason } from '../apply/commit-wave.ts';
import { changed as changedEvent } from '../apply/event-sink.ts';
import { runChanges } from '../apply/run-changes.ts';
import type { TxId } from '../apply/records.ts';
import { withhold } from '../plan/withhold.ts';
import type { Survey } from '../plan/survey.ts';
import type { Address, Change, Draft, Wait } from '../resources/kind.ts';
import { isTakenAsItIs } from '../resources/taken-as-it-is.ts';
import { isRestrained, look, noteDue, now, pause, restraintOf, type Reconciliation } from './context.ts';
import { waitingFor } from './board.ts';
import type { Desired } from './desired.ts';
import { keepBooks } from './bookkeeping.ts';
import { supersedeTrials } from './judge-maintenance.ts';

/** What to converge to, in which transaction, and what a failure means. */
export interface Convergence {
  readonly tx: TxId;
  readonly desired: Desired;
  readonly stop: AbortSignal;
  /** Failures end it (`stop`), or are tried again with backoff (`continue`). */
  readonly onFailure: 'stop' | 'continue';
  readonly settleMs: number;
  /** A first plan already made while opening the transaction. */
  readonly first?: Survey;
  onFailing?(reason: Reason): Promise<void>;
}

export type Converged =
  | { readonly is: 'converged'; readonly changed: ReadonlySet<Address> }
  | { readonly is: 'failed'; readonly reason: Reason }
  | { readonly is: 'stopped' };

const WAIT_BACKOFF = { baseMs: 1_000, factor: 2, capMs: 60_000, jitter: 0.1 } as const;
/** One address changed this often to the same in one transaction has another writer. */
const CHANGES_OF_ONE_ADDRESS = 3;

/**
 * Rejects only where something is unexpected; a stop, also by the signal, a failure and an overdue wait are outcomes.
 * Gives its reservations back in any case.
 */
export async function converge(r: Reconciliation, convergence: Convergence): Promise<Converged> {
  const { tx, desired, stop, onFailure, settleMs } = convergence;
  const changed = new Set<Address>();
  const tries = new Map<string, number>();
  const waitingSince = new Map<Address, number>();
  let delays = backoff(WAIT_BACKOFF, r.entropy);
  let seen = convergence.first;
  try {
    for (;;) {
      if (stop.aborted) return { is: 'stopped' };
      seen ??= await look(r, desired, stop);
      // Held as a whole, nothing arrives, and nothing may be called good for it.
      if (isRestrained(r)) return { is: 'stopped' };
      const withheld = withhold(seen.drafts, seen.waits, restraintOf(r), r.execution.kinds);
      r.board.show(seen, withheld, now(r), true);
      const free = withheld.free.filter((draft) => !isIrreversible(draft));
      const weary = free.find((draft) => (tries.get(aimOf(draft)) ?? 0) >= CHANGES_OF_ONE_ADDRESS);
      if (weary !== undefined && onFailure === 'stop') return { is: 'failed', reason: keepsChanging(weary) };
      // Everything that differs is ours until it has arrived; maintenance keeps its hands off.
      await supersedeTrials(r, differing(seen));
      if (!r.reservations.take(differing(seen), tx)) {
        await r.reservations.released();
        seen = undefined;
        continue;
      }
      await keepBooks(r, seen, tx);
      const waits: Wait[] = [...seen.waits, ...withheld.waits];
      // Also with nothing to change: what was left by a crash, or failed, is still owed.
      const outcome = await runChanges(r.execution, tx, free, { stop, onFailure, settleMs, targets: seen.targets });
      for (const change of outcome.applied) changed.add(change.address);
      const tried = new Set([...outcome.applied.map((change) => change.address), ...outcome.replan]);
      for (const draft of free) {
        if (tried.has(draft.address)) tries.set(aimOf(draft), (tries.get(aimOf(draft)) ?? 0) + 1);
      }
      tell(r, tx, outcome.applied);
      waits.push(...outcome.waits);
      const failure = firstReason(outcome.failures);
      for (const failed of outcome.failures)
        r.board.set(failed.address, { condition: 'failed', reason: failed.reason }, now(r));
      if (failure !== null && onFailure === 'stop') return { is: 'failed', reason: failure };
      if (outcome.stopped) return { is: 'stopped' };
      if (failure === null && (outcome.applied.length > 0 || outcome.replan.length > 0)) {
        delays = backoff(WAIT_BACKOFF, r.entropy);
        seen = undefined;
        continue;
      }
      if (failure === null && waits.length === 0) {
        r.watch(seen.targets);
        noteDue(r, seen.dueAt);
        return { is: 'converged', changed };
      }
      const overdue = noteWaits(r, waits, waitingSince, desired);
      if (overdue !== null && onFailure === 'stop') return { is: 'failed', reason: overdue };
      if (failure !== null) await convergence.onFailing?.(failure);
      // What has arrived may be repaired by maintenance while the rest waits.
      r.reservations.release(tx);
      r.reservations.take(
        differing(seen).filter((address) => !changed.has(address)),
        tx,
      );
      r.execution.progressed();
      if (!(await pause(r, delays.next().value, stop))) return { is: 'stopped' };
      seen = undefined;
    }
  } catch (error) {
    if (stop.aborted) return { is: 'stopped' };
    throw error;
  } finally {
    r.reservations.release(tx);
  }
}

/** What a draft is after: one address may go through many states, but each once. */
function aimOf({ address, to }: Draft<unknown>): string {
  return `${address} ${JSON.stringify(to)}`;
}

/** What is not as desired, or not known to be. */
export function differing(seen: Survey): readonly Address[] {
  return [...seen.drafts, ...seen.waits].map(({ address }) => address);
}

function tell(r: Reconciliation, tx: TxId, applied: readonly Change<unknown>[]): void {
  for (const change of applied) {
    r.board.set(change.address, { condition: 'ok' }, now(r));
    if (!isTakenAsItIs(change)) r.execution.events.emit(changedEvent(change, tx));
  }
}

/** Shows what waits; the first one that waited beyond its limit is a failure. */
function noteWaits(
  r: Reconciliation,
  waits: readonly Wait[],
  since: Map<Address, number>,
  desired: Desired,
): Reason | null {
  const current = new Set(waits.map((wait) => wait.address));
  for (const address of since.keys()) {
    if (current.has(address)) continue;
    since.delete(address);
    r.execution.events.emit({ type: 'ResourceResumed', address, message: `${address} waits no longer` });
  }
  for (const wait of waits) {
    const began = since.get(wait.address);
    // What could not be looked at is called so already; two words in turn would begin its age anew at every try.
    if (r.board.get(wait.address)?.condition !== 'unknown') r.board.set(wait.address, waitingFor(wait), now(r));
    if (began === undefined) {
      since.set(wait.address, r.execution.clock.monotonic());
      r.execution.events.emit({
        type: 'ResourceWaiting',
        address: wait.address,
        message: `${wait.address} waits: ${wait.reason.message}`,
        reason: wait.reason,
      });
      continue;
    }
    const limit = desired.items.find((item) => item.address === wait.address)?.shared.waitLimitMs;
    if (limit !== undefined && r.execution.clock.monotonic() - began > limit) {
      return executionError(
        'KSN-EXEC-009',
        `${wait.address} waited longer than ${limit / 1000} s: ${wait.reason.message}`,
        { element: wait.address },
      ).toReason();
    }
  }
  return null;
}

function keepsChanging(draft: Draft<unknown>): Reason {
  return executionError(
    'KSN-EXEC-005',
    `${draft.address} differs again after ${CHANGES_OF_ONE_ADDRESS} changes: ${draft.summary}`,
    { element: draft.address },
  ).toReason();
}
