/** What a start does with what an earlier run left, before the lanes begin. Each step is safe to be cut off and done again. */
import type { Reason } from '../base/errors.ts';
import { runEffects } from '../apply/run-effects.ts';
import { executionError } from '../apply/execution-errors.ts';
import type { JournalRecord, OpenTransaction } from '../apply/records.ts';
import { withhold } from '../plan/withhold.ts';
import { mayGoOn, overridesInForce, now, restraintOn, type Reconciliation } from './context.ts';
import type { Address } from '../resources/kind.ts';
import { owe } from './pay-debts.ts';
import { nameOf } from './generation.ts';
import { addressesOf, beginTrial, judgeBad, nameOfChange } from './judge-maintenance.ts';
import { isJudged, isMaintenance, maintained } from './next-job.ts';
import { guardFired } from '../apply/prove-guards.ts';
import { completeIntents, settleIntents } from './settle-intents.ts';

/** So many starts that found the same transaction without any progress: it is the transaction that kills the agent. */
const ATTEMPTS = 4;

/** Comes after the sweep of temporaries, so that nothing half made is met. */
export async function recover(r: Reconciliation, signal: AbortSignal): Promise<void> {
  const { book, bootId, clock } = r.execution;
  for (const tx of book.state.open.values()) {
    await book.commit({ t: 'attempt', tx: tx.tx, bootId, at: now(r) });
    if (tx.verdict === null) r.left.add(tx.tx);
    else if (isJudged(tx) && tx.verdict.outcome === 'bad') {
      r.reservations.take(addressesOf(tx), tx.tx);
      r.debts.begin(tx.tx, clock.monotonic());
    }
  }
  await finishLeft(r, () => true, signal);
}

/** Goes on with what was left in the middle, as far as anything may be changed now. True when there was something. */
export async function finishLeft(
  r: Reconciliation,
  mine: (tx: OpenTransaction) => boolean,
  signal: AbortSignal,
): Promise<boolean> {
  let any = false;
  // What is not over yet is put back while it is gone through.
  const left = [...r.left];
  for (const id of left) {
    const tx = r.execution.book.state.open.get(id);
    if (tx === undefined || tx.verdict !== null) r.left.delete(id);
    else if (mine(tx) && (await goOnWith(r, tx, signal))) any = true;
  }
  return any;
}

/** What may be undone keeps its addresses to itself meanwhile; while it is only left, another may take them over. */
async function goOnWith(r: Reconciliation, tx: OpenTransaction, signal: AbortSignal): Promise<boolean> {
  if (isJudged(tx) && !r.reservations.take(addressesOf(tx), tx.tx)) return false;
  r.left.delete(tx.tx);
  let ended = false;
  try {
    ended = await recoverUnjudged(r, tx, signal);
    return ended;
  } finally {
    if (!ended) r.left.add(tx.tx);
    const { verdict } = r.execution.book.state.open.get(tx.tx) ?? tx;
    if (isJudged(tx) && verdict?.outcome !== 'bad') r.reservations.release(tx.tx);
  }
}

/** False where nothing may be changed now, so that it stays as it was left. */
async function recoverUnjudged(r: Reconciliation, tx: OpenTransaction, signal: AbortSignal): Promise<boolean> {
  const { book, events } = r.execution;
  // Loads its contents, so that what was intended can be staged again.
  if (tx.identity !== undefined) await r.view.of(tx.identity, overridesInForce(r));
  else await r.view.of(maintained(book.state), overridesInForce(r));
  const bad = await evidenceAgainst(r, tx);
  if (bad !== null) {
    await settleIntents(r, tx, signal);
    await judge(r, tx, bad);
    return true;
  }
  const settled = await settleIntents(r, tx, signal);
  if (!mayGoOn(r, tx)) return false;
  const { arrived } = settled;
  const free = new Set<unknown>(withhold(settled.outstanding, [], restraintOn(r, tx), r.execution.kinds).free);
  const outstanding = settled.outstanding.filter((change) => free.has(change));
  const completed = await completeIntents(r, tx, outstanding, signal);
  const failures = await runEffects(r.execution, tx.tx, {
    later: new Set(stillToCome(tx)),
    signal,
  });
  events.emit({
    type: 'Recovered',
    tx: tx.tx,
    message: `after a restart: transaction ${tx.tx} (${tx.cause}) goes on; ${arrived.length} had arrived, ${completed} completed now`,
  });
  const [failure] = failures;
  const at = now(r);
  if ((tx.cause === 'generation' || isJudged(tx)) && failure !== undefined) {
    await judge(r, tx, failure.reason);
  } else if (isJudged(tx) && tx.done.size > 0) {
    beginTrial(r, tx.tx, signal);
  } else if (isMaintenance(tx) && failures.length > 0) {
    owe(r, tx.tx, failures);
  } else if (isMaintenance(tx)) {
    await book.commit({ t: 'verdict', tx: tx.tx, outcome: 'good', at }, { t: 'close', tx: tx.tx, left: [], at });
  }
  return true;
}

/** Bad: a generation is blocked, what maintenance brought is undone. */
async function judge(r: Reconciliation, tx: OpenTransaction, reason: Reason): Promise<void> {
  if (isJudged(tx)) return judgeBad(r, tx, reason);
  const at = now(r);
  const records: JournalRecord[] = [{ t: 'verdict', tx: tx.tx, outcome: 'bad', reason, at }];
  if (tx.identity !== undefined) {
    const { series, generation, digest } = tx.identity;
    records.push({ t: 'block', series, generation, digest, reason, at });
  }
  await r.execution.book.commit(...records);
}

/** What it set out to change and has not: whose own change may yet do what an effect would. */
function stillToCome(tx: OpenTransaction): readonly Address[] {
  const arrived = new Set(
    tx.intents.flatMap(({ changes }) => changes.filter(({ id }) => tx.done.has(id)).map(({ address }) => address)),
  );
  return tx.drafts.map(({ address }) => address).filter((address) => !arrived.has(address));
}

/** A fired guard, or too many starts without progress, is a bad verdict for what may be undone. */
async function evidenceAgainst(r: Reconciliation, tx: OpenTransaction): Promise<Reason | null> {
  if (tx.cause !== 'generation' && !isJudged(tx)) return null;
  const fired = new Set(await r.execution.guards.fired());
  const changes = tx.intents.flatMap((intent) => intent.changes);
  const guarded = changes.find((change) => fired.has(change.id));
  const last = changes.at(-1);
  const reason =
    guarded !== undefined
      ? guardFired(guarded)
      : tx.attempts >= ATTEMPTS
        ? executionError(
            'KSN-EXEC-006',
            `the agent died ${tx.attempts} times while applying ${isJudged(tx) ? nameOfChange(tx) : nameOf(tx.identity)}; last step: ${last === undefined ? 'before the first change' : last.address}`,
          ).toReason()
        : null;
  if (reason === null) return null;
  r.execution.events.emit({
    type: guarded === undefined ? 'Blocked' : 'GuardFired',
    message: reason.message,
    reason,
    tx: tx.tx,
  });
  return reason;
}
