/**
 * Rollback in two steps. First, offline: every address changed since the last-known-good goes to its base where
 * what is there is still what we wrote. Then the last-known-good is desired and ordinary convergence does the
 * rest. A step that fails does not stop the others; it is retried with backoff and shown as incomplete.
 */
import { backoff } from '../base/backoff.ts';
import type { Reason } from '../base/errors.ts';
import { firstReason } from '../apply/commit-wave.ts';
import { executionError } from '../apply/execution-errors.ts';
import { changed } from '../apply/event-sink.ts';
import type { JournalRecord, OpenTransaction, TxId } from '../apply/records.ts';
import { disarmGuards } from '../apply/prove-guards.ts';
import { runChanges } from '../apply/run-changes.ts';
import { holdGates } from '../health/hold.ts';
import { withhold } from '../plan/withhold.ts';
import type { Draft } from '../resources/kind.ts';
import {
  isRestrained,
  now,
  overridesInForce,
  pause,
  restraintOf,
  wasSuperseded,
  type Reconciliation,
} from './context.ts';
import { converge } from './converge.ts';
import type { Desired } from './desired.ts';
import { gatesOf, showAll } from './gates-of.ts';
import { nameOf } from './generation.ts';
import { effectsLeft, EffectPatience } from './leave-effects.ts';
import { settleIntents } from './settle-intents.ts';
import { undoDrafts, type Left } from './undo-drafts.ts';

const RETRY = { baseMs: 1_000, factor: 2, capMs: 60_000, jitter: 0.1 } as const;
const UNDO_SETTLE_MS = 120_000;

export async function runRollback(
  r: Reconciliation,
  failed: OpenTransaction,
  resumed: OpenTransaction | null,
  stop: AbortSignal,
): Promise<void> {
  const { book, events, bootId, clock } = r.execution;
  const target = book.state.lastKnownGood;
  const why = failed.verdict?.reason;
  await settleIntents(r, failed, stop);
  let tx: TxId;
  if (resumed === null) {
    tx = r.execution.book.nextTx();
    await book.commit({
      t: 'open',
      tx,
      cause: 'rollback',
      undoes: failed.tx,
      drafts: [],
      at: clock.now(),
      bootId,
      ...(target !== null && { identity: target }),
    });
    events.emit({
      type: 'RollbackStarted',
      message: `rolling back ${nameOf(failed.identity)} to ${nameOf(target)}: ${why?.message ?? 'it failed'}`,
      tx,
      ...(why !== undefined && { reason: why }),
    });
  } else tx = resumed.tx;
  r.execution.progressed();

  const left = await undoAll(r, tx, failed, stop).catch((error: unknown) => {
    if (stop.aborted) return null;
    throw error;
  });
  if (left === null) return stopHere(r, tx, failed, [], stop);
  // Not before it is undone: should the agent die on the way, its guard does it.
  await disarmGuards(r.execution, failed.tx);
  const desired = await r.view.of(target, overridesInForce(r));
  const converged = await converge(r, {
    tx,
    desired,
    stop,
    onFailure: 'continue',
    settleMs: UNDO_SETTLE_MS,
    onFailing: (reason) => incomplete(r, reason),
  });
  if (converged.is === 'stopped') return stopHere(r, tx, failed, left, stop);
  const still = await lastKnownGoodFails(r, tx, desired, stop);
  if (still === 'stopped') return stopHere(r, tx, failed, left, stop);
  await close(r, tx, failed, left, still, stop);
}

/** Step one, again and again until nothing of it is outstanding. Null: told to stop. */
async function undoAll(r: Reconciliation, tx: TxId, failed: OpenTransaction, stop: AbortSignal): Promise<Left | null> {
  const delays = backoff(RETRY, r.entropy);
  const left: Left = [];
  const patience = new EffectPatience();
  for (;;) {
    const undo = await undoDrafts(r, tx, failed, stop);
    if (isRestrained(r)) return null;
    const { atBase, unknown, targets } = undo;
    left.push(...undo.left);
    const { free: drafts, held, observed, kept } = withhold(undo.drafts, [], restraintOf(r), r.execution.kinds);
    if (atBase.length > 0) await r.execution.book.commit({ t: 'undone', tx, addresses: atBase });
    const taken = r.reservations.take(
      drafts.map((draft) => draft.address),
      tx,
    );
    if (!taken) {
      await r.reservations.released();
      continue;
    }
    // Also with nothing left to change: an effect that failed is still owed.
    const outcome = await runChanges(r.execution, tx, drafts, {
      stop,
      onFailure: 'continue',
      settleMs: UNDO_SETTLE_MS,
      targets,
    });
    r.reservations.release(tx);
    for (const change of outcome.applied) {
      r.execution.events.emit(changed(change, tx));
    }
    const failure =
      unknown ??
      notOurs([...held, ...observed, ...kept]) ??
      firstReason(outcome.failures) ??
      outcome.waits[0]?.reason ??
      null;
    if (outcome.stopped) return null;
    if (failure === null && outcome.replan.length > 0) continue;
    if (failure === null) return left;
    // Nothing else is outstanding: what has failed are effects.
    const onlyEffects = undo.drafts.length === 0 && unknown === null && outcome.waits.length === 0;
    if (await patience.ends(r, tx, outcome.failures, onlyEffects)) continue;
    // A full disk: throw off what was kept for just this, and go on at once.
    if ((await r.execution.ballast.release(failed.tx)) > 0) continue;
    await incomplete(r, failure);
    if (!(await pause(r, delays.next().value, stop))) return null;
  }
}

/** A person's hold, or a kind that is only observed, keeps the rollback from its end. */
function notOurs([first, ...more]: readonly Draft<unknown>[]): Reason | null {
  if (first === undefined) return null;
  const also = more.length === 0 ? '' : ` (and ${more.length} more)`;
  return executionError('KSN-EXEC-011', `${first.address} is held, or only observed, and cannot go back now${also}`, {
    element: first.address,
  }).toReason();
}

async function incomplete(r: Reconciliation, reason: Reason): Promise<void> {
  const { book, events } = r.execution;
  if (book.state.rollbackIncomplete?.message === reason.message) return;
  await book.commit({ t: 'rollback-incomplete', reason });
  events.emit({ type: 'RollbackIncomplete', message: `the rollback is not complete: ${reason.message}`, reason });
  r.execution.progressed();
}

/** Whether the last-known-good's own gates hold now; null: they do. */
async function lastKnownGoodFails(
  r: Reconciliation,
  tx: TxId,
  desired: Desired,
  stop: AbortSignal,
): Promise<Reason | 'stopped' | null> {
  if (desired.accepted === null) return null;
  const intents = r.execution.book.state.open.get(tx)?.intents ?? [];
  const restored = new Set(intents.flatMap((intent) => intent.changes.map((change) => change.address)));
  const { stableForMs, deadlineMs } = desired.spec?.health ?? { stableForMs: 10_000, deadlineMs: 600_000 };
  try {
    const outcome = await holdGates({
      checks: gatesOf(r, desired, restored),
      stableForMs,
      deadlineMs,
      clock: r.execution.clock,
      signal: stop,
    });
    return outcome.held ? null : outcome.why;
  } catch (error) {
    if (stop.aborted) return 'stopped';
    throw error;
  }
}

async function close(
  r: Reconciliation,
  tx: TxId,
  failed: OpenTransaction,
  left: Left,
  still: Reason | null,
  stop: AbortSignal,
): Promise<void> {
  const { book, events } = r.execution;
  const at = now(r);
  const good = book.state.lastKnownGood;
  const records: JournalRecord[] = [];
  const effects = effectsLeft(book.state.open.get(tx));
  const why = failed.verdict?.reason;
  // Somebody may have asked to try it again meanwhile.
  const blocked = book.state.blocked.get(failed.identity?.digest ?? '');
  if (blocked !== undefined && why !== undefined && (still !== null || effects.length > 0)) {
    const also = still === null ? '' : `; ${nameOf(good)} fails its gates as well: ${still.message}`;
    const reason = { ...why, message: `${why.message}${also}` };
    records.push({ t: 'block', ...blocked, reason, at, ...(effects.length > 0 && { left: effects }) });
  }
  await r.execution.ballast.release(failed.tx);
  await book.commit(
    ...records,
    { t: 'verdict', tx, outcome: 'good', at },
    { t: 'close', tx: failed.tx, left: [], at },
    { t: 'close', tx, left, at },
  );
  await r.execution.guards.fired().then(async (ids) => {
    for (const id of ids) await r.execution.guards.acknowledge(id);
  });
  events.emit({
    type: 'RolledBack',
    message: `${nameOf(failed.identity)} rolled back to ${nameOf(good)}: ${why?.message ?? 'it failed'}`,
    generation: nameOf(failed.identity),
    tx,
    ...(why !== undefined && { reason: why }),
  });
  await r.tidy();
  await showAll(r, await r.view.of(good, overridesInForce(r)), stop);
  r.execution.progressed();
}

/** A newer generation was accepted while the rollback could not come to its end: its base stays, the newer one goes on from here. */
async function stopHere(
  r: Reconciliation,
  tx: TxId,
  failed: OpenTransaction,
  left: Left,
  stop: AbortSignal,
): Promise<void> {
  if (!wasSuperseded(stop)) return;
  await disarmGuards(r.execution, failed.tx);
  await r.execution.ballast.release(failed.tx);
  const at = now(r);
  await r.execution.book.commit(
    { t: 'verdict', tx, outcome: 'superseded', at },
    // Its reason speaks of a generation that nobody wants any more.
    { t: 'rollback-incomplete', reason: null },
    { t: 'close', tx: failed.tx, left: [], at },
    { t: 'close', tx, left, at },
  );
}
