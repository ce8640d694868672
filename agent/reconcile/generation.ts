/**
 * One generation from `open` to its verdict: converge → gates → good (clean up, close) or bad (block; the
 * rollback follows from what the journal then says).
 */
import type { Reason } from '../base/errors.ts';
import { counted } from '../base/words.ts';
import { isIrreversible } from '../apply/execution.ts';
import { runChanges } from '../apply/run-changes.ts';
import type { Accepted, OpenTransaction, TxId } from '../apply/records.ts';
import { withhold } from '../plan/withhold.ts';
import { impliedOf, type Survey } from '../plan/survey.ts';
import type { Address, Draft } from '../resources/kind.ts';
import { look, now, overridesInForce, pause, restraintOf, wasSuperseded, type Reconciliation } from './context.ts';
import { converge, differing } from './converge.ts';
import type { Desired } from './desired.ts';
import { gatesHold } from './gates-hold.ts';
import { gatesOf, showAll } from './gates-of.ts';
import { disarmGuards } from '../apply/prove-guards.ts';
import { supersedeTrials } from './judge-maintenance.ts';

const CLEANUP_RETRY_MS = 30_000;

/** `lb/42`; "as found" where there is none. */
export function nameOf(accepted: { readonly series: string; readonly generation: number } | null | undefined): string {
  return accepted === null || accepted === undefined ? 'as found' : `${accepted.series}/${accepted.generation}`;
}

/** Runs (or goes on with) the transaction of `accepted`. Returns at its close, or at a bad verdict, or when told to stop. */
export async function runGeneration(
  r: Reconciliation,
  accepted: Accepted,
  resumed: OpenTransaction | null,
  stop: AbortSignal,
): Promise<void> {
  const desired = await r.view.of(accepted, overridesInForce(r));
  const tx = resumed?.tx ?? r.execution.book.nextTx();
  try {
    const first = resumed === null ? await open(r, tx, desired, accepted, stop) : undefined;
    await bringAbout(r, tx, desired, accepted, first, stop);
  } finally {
    r.reservations.release(tx);
  }
}

/** Reserves what differs, then opens: from the first durable record on, nobody else touches it. */
async function open(
  r: Reconciliation,
  tx: TxId,
  desired: Desired,
  accepted: Accepted,
  stop: AbortSignal,
): Promise<Survey> {
  const { book, events, bootId } = r.execution;
  let first = await look(r, desired, stop);
  await supersedeTrials(r, differing(first));
  while (!r.reservations.take(differing(first), tx)) {
    await r.reservations.released();
    first = await look(r, desired, stop);
    await supersedeTrials(r, differing(first));
  }
  const { free } = withhold(first.drafts, first.waits, restraintOf(r), r.execution.kinds);
  await book.commit({ t: 'open', tx, cause: 'generation', identity: accepted, drafts: free, at: now(r), bootId });
  events.emit({
    type: 'TransactionOpened',
    message: `applying ${nameOf(accepted)}: ${toChange(free, impliedOf(first))}`,
    generation: nameOf(accepted),
    tx,
  });
  r.execution.progressed();
  return first;
}

/** "31 resources to change, 15 folders on the way": who wrote the spec knows of the first. */
function toChange(drafts: readonly Draft<unknown>[], implied: readonly Address[]): string {
  const folders = drafts.filter(({ address }) => implied.includes(address)).length;
  const resources = `${counted(drafts.length - folders, 'resource')} to change`;
  return folders === 0 ? resources : `${resources}, ${counted(folders, 'folder')} on the way`;
}

async function bringAbout(
  r: Reconciliation,
  tx: TxId,
  desired: Desired,
  accepted: Accepted,
  first: Survey | undefined,
  stop: AbortSignal,
): Promise<void> {
  const policy = desired.spec?.health ?? { stableForMs: 10_000, deadlineMs: 600_000 };
  const converged = await converge(r, {
    tx,
    desired,
    stop,
    onFailure: 'stop',
    settleMs: policy.deadlineMs,
    ...(first !== undefined && { first }),
  });
  if (converged.is === 'stopped') return stopHere(r, tx, accepted, stop);
  if (converged.is === 'failed') return judgeBad(r, tx, accepted, converged.reason);
  const verdict = await gatesHold(r, tx, desired, gatesOf(r, desired, changedBy(r, tx)), stop);
  if (verdict === 'stopped') return stopHere(r, tx, accepted, stop);
  if (verdict !== 'held') return judgeBad(r, tx, accepted, verdict);
  await judgeGood(r, tx, accepted);
  await finish(r, tx, desired, stop);
}

/** Every address that an intent of this transaction names, also before a restart. */
function changedBy(r: Reconciliation, tx: TxId): ReadonlySet<Address> {
  const intents = r.execution.book.state.open.get(tx)?.intents ?? [];
  return new Set(intents.flatMap((intent) => intent.changes.map((change) => change.address)));
}

async function judgeGood(r: Reconciliation, tx: TxId, accepted: Accepted): Promise<void> {
  const { book, events, clock } = r.execution;
  await book.commit({ t: 'verdict', tx, outcome: 'good', at: clock.now() });
  events.emit({
    type: 'VerdictGood',
    message: `${nameOf(accepted)} is good: every gate held`,
    generation: nameOf(accepted),
    tx,
  });
}

async function judgeBad(r: Reconciliation, tx: TxId, accepted: Accepted, reason: Reason): Promise<void> {
  const { book, events, clock } = r.execution;
  const at = clock.now();
  await book.commit(
    { t: 'verdict', tx, outcome: 'bad', reason, at },
    { t: 'block', series: accepted.series, generation: accepted.generation, digest: accepted.digest, reason, at },
  );
  events.emit({
    type: 'Blocked',
    message: `${nameOf(accepted)} failed and will not be retried: ${reason.message}`,
    generation: nameOf(accepted),
    tx,
    reason,
  });
}

/** Superseded: closed as such, the base stays. Otherwise the transaction stays open for the next start. */
async function stopHere(r: Reconciliation, tx: TxId, accepted: Accepted, stop: AbortSignal): Promise<void> {
  if (!wasSuperseded(stop)) return;
  const { ballast, book, events, clock } = r.execution;
  await ballast.release(tx);
  const at = clock.now();
  await book.commit({ t: 'verdict', tx, outcome: 'superseded', at }, { t: 'close', tx, left: [], at });
  events.emit({
    type: 'Superseded',
    message: `${nameOf(accepted)} was superseded before its verdict`,
    generation: nameOf(accepted),
    tx,
  });
}

/** The clean-up phase after a good verdict: what cannot be undone runs now, is retried, is never undone. Then close. */
export async function finish(r: Reconciliation, tx: TxId, desired: Desired, stop: AbortSignal): Promise<void> {
  const { book, clock } = r.execution;
  // Whatever is wanted instead takes over what is left.
  const isWanted = (): boolean => book.state.wanted?.digest === desired.accepted?.digest;
  while (isWanted()) {
    if (await cleanUp(r, tx, desired, stop)) break;
    // Told to stop while it is still wanted: the next turn goes on from the journal, under a signal of its own.
    if (!(await pause(r, CLEANUP_RETRY_MS, stop)) && isWanted()) return;
  }
  await disarmGuards(r.execution, tx);
  await r.execution.ballast.release(tx);
  await book.commit({ t: 'close', tx, left: [], at: clock.now() });
  await showAll(r, desired, stop);
  await r.tidy();
}

/** True when nothing of it is left. */
async function cleanUp(r: Reconciliation, tx: TxId, desired: Desired, stop: AbortSignal): Promise<boolean> {
  try {
    for (;;) {
      const seen = await look(r, desired, stop);
      const { free } = withhold(seen.drafts, seen.waits, restraintOf(r), r.execution.kinds);
      const last = free.filter(isIrreversible);
      const addresses = last.map(({ address }) => address);
      if (!r.reservations.take(addresses, tx)) {
        await r.reservations.released();
        continue;
      }
      // Also with nothing to change: an effect that failed is still owed.
      const outcome = await runChanges(r.execution, tx, last, {
        stop,
        onFailure: 'continue',
        settleMs: 60_000,
        targets: seen.targets,
      });
      r.reservations.release(tx);
      for (const { address, reason } of outcome.failures) r.board.set(address, { condition: 'failed', reason }, now(r));
      if (outcome.stopped) return false;
      if (outcome.failures.length > 0 || outcome.waits.length > 0 || outcome.replan.length > 0) return false;
      if (outcome.applied.length === 0) return true;
    }
  } catch (error) {
    if (stop.aborted) return false;
    throw error;
  } finally {
    r.reservations.release(tx);
  }
}
