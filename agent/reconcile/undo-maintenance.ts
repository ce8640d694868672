/**
 * A renewal or override with a bad verdict goes back to what was before it, on its own addresses alone; nothing else is
 * brought about by it. One try; what fails is tried again with backoff by whoever keeps the debts, and is never well.
 */
import type { Reason } from '../base/errors.ts';
import { firstReason } from '../apply/commit-wave.ts';
import { executionError } from '../apply/execution-errors.ts';
import { changed } from '../apply/event-sink.ts';
import { disarmGuards } from '../apply/prove-guards.ts';
import type { OpenTransaction, TxId } from '../apply/records.ts';
import { runChanges } from '../apply/run-changes.ts';
import { withhold } from '../plan/withhold.ts';
import type { Address } from '../resources/kind.ts';
import { now, restraintOn, type Reconciliation } from './context.ts';
import { addressesOf, nameOfChange } from './judge-maintenance.ts';
import { settleIntents } from './settle-intents.ts';
import { undoDrafts } from './undo-drafts.ts';

const SETTLE_MS = 60_000;

export async function undoMaintenance(r: Reconciliation, failed: OpenTransaction, stop: AbortSignal): Promise<void> {
  r.debts.trying(failed.tx);
  try {
    await undo(r, failed, stop);
  } catch (error) {
    r.debts.add(failed.tx, r.execution.clock.monotonic());
    throw error;
  }
}

async function undo(r: Reconciliation, failed: OpenTransaction, stop: AbortSignal): Promise<void> {
  const { ballast, book, events } = r.execution;
  await settleIntents(r, failed, stop);
  const tx = await rollbackOf(r, failed);
  const { drafts, atBase, left, unknown, targets } = await undoDrafts(r, tx, failed, stop);
  if (atBase.length > 0) await book.commit({ t: 'undone', tx, addresses: atBase });
  const { free, held, observed, kept } = withhold(drafts, [], restraintOn(r, failed), r.execution.kinds);
  const outcome = await runChanges(r.execution, tx, free, {
    stop,
    onFailure: 'continue',
    settleMs: SETTLE_MS,
    targets,
  });
  for (const change of outcome.applied) {
    events.emit(changed(change, tx));
    // What a gate said of it is over; a renewal that waits for its next try goes on to be shown as failed.
    if (change.to === null) r.board.delete(change.address);
    else if (book.state.repairs.get(change.address)?.because === undefined)
      r.board.set(change.address, { condition: 'ok' }, now(r));
  }
  if (outcome.stopped) return;
  const [withheld] = [...held, ...observed, ...kept];
  const failure =
    unknown ??
    (withheld === undefined ? null : cannotGoBack(withheld.address)) ??
    firstReason(outcome.failures) ??
    outcome.waits[0]?.reason ??
    null;
  // A full disk: throw off what was kept for just this.
  if (failure !== null) await ballast.release(failed.tx);
  if (failure !== null || outcome.replan.length > 0) {
    const [first] = addressesOf(failed);
    if (failure !== null && first !== undefined) r.board.owe(failed.tx, first, failure, now(r));
    r.debts.add(failed.tx, r.execution.clock.monotonic());
    // Whoever waits for its addresses is told that they may take them over.
    r.reservations.release(failed.tx);
    r.reservations.take(addressesOf(failed), failed.tx);
    r.execution.progressed();
    return;
  }
  await disarmGuards(r.execution, failed.tx);
  await ballast.release(failed.tx);
  const at = now(r);
  await book.commit(
    { t: 'verdict', tx, outcome: 'good', at },
    { t: 'close', tx: failed.tx, left: [], at },
    { t: 'close', tx, left, at },
  );
  r.debts.delete(failed.tx);
  r.board.paid(failed.tx);
  r.reservations.release(failed.tx);
  const reason = failed.verdict?.reason;
  events.emit({
    type: 'RolledBack',
    message: `${nameOfChange(failed)} is undone: ${reason?.message ?? 'it failed'}`,
    tx,
    ...(reason !== undefined && { reason }),
  });
  r.execution.progressed();
}

/** The one that was begun before a restart, or a new one. */
async function rollbackOf(r: Reconciliation, failed: OpenTransaction): Promise<TxId> {
  const { book, bootId } = r.execution;
  const begun = [...book.state.open.values()].find(({ undoes }) => undoes === failed.tx);
  if (begun !== undefined) return begun.tx;
  const tx = book.nextTx();
  await book.commit({ t: 'open', tx, cause: 'rollback', undoes: failed.tx, drafts: [], at: now(r), bootId });
  return tx;
}

function cannotGoBack(address: Address): Reason {
  return executionError('KSN-EXEC-011', `${address} is held, or only observed, and cannot go back now`, {
    element: address,
  }).toReason();
}
