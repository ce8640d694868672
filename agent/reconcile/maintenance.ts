/**
 * Keeps the node as desired between generations: drift that has rested is looked at and repaired in a
 * transaction of its own, on addresses that nobody else is working on.
 */
import { afterRepair, mayRepair } from '../apply/damping.ts';
import { firstReason } from '../apply/commit-wave.ts';
import { changed } from '../apply/event-sink.ts';
import { owedEffects } from '../apply/owed-effects.ts';
import { isIrreversible } from '../apply/execution.ts';
import type { OpenTransaction } from '../apply/records.ts';
import type { StateView } from '../apply/state.ts';
import { runChanges } from '../apply/run-changes.ts';
import { withhold } from '../plan/withhold.ts';
import type { Survey } from '../plan/survey.ts';
import type { Address, Draft } from '../resources/kind.ts';
import { keepBooks } from './bookkeeping.ts';
import { isRestrained, look, now, overridesInForce, restraintOf, type Reconciliation } from './context.ts';
import { contention, isDamped, rivals, showContended } from './contended.ts';
import { waitingFor } from './board.ts';
import type { Desired } from './desired.ts';
import { owe } from './pay-debts.ts';
import { livingIn, probeAll } from './gates-of.ts';
import { bringAnew, toVerdict, REPAIR_SETTLE_MS, type MaintenanceRun } from './bring-anew.ts';
import { addressesOf, onTrial, supersedeTrials } from './judge-maintenance.ts';
import { maintained } from './next-job.ts';
import { purposesOf, type Purpose } from './purpose.ts';
import { apartFromUndo } from './unfinished.ts';

export interface Pass {
  /** Addresses to look at again, with the milliseconds until then. */
  readonly again: ReadonlyMap<Address, number>;
  /** Wall time at which a kind wants to be asked again. */
  readonly dueAt: number | null;
  readonly repaired: number;
}

/** What one pass of maintenance looks at, and what stops it. */
export interface PassOptions {
  readonly only: ReadonlySet<Address> | 'everything';
  /** A person asked: damping does not hold this pass back. */
  readonly undamped: boolean;
  /** Aborted when what may be changed is another: what is not begun is left to the next pass. */
  readonly stopRepair: AbortSignal;
}

const DONE = { repair: 'repaired', renewal: 'renewed', override: 'patched' } as const;
const RETRY_MS = 5_000;
const SOONEST_MS = 5;

/**
 * 'overtaken': what is desired changed while we looked. What was seen was measured against the old and must not be
 * acted upon: it would take back what a generation has just done.
 */
export async function maintain(
  r: Reconciliation,
  desired: Desired,
  options: PassOptions,
  signal: AbortSignal,
): Promise<Pass | 'overtaken'> {
  const before = epoch(r.execution.book.state);
  const complete = options.only === 'everything';
  const seen = await look(r, desired, signal, options.only === 'everything' ? undefined : options.only);
  if (epoch(r.execution.book.state) !== before) return 'overtaken';
  const withheld = withhold(seen.drafts, seen.waits, restraintOf(r), r.execution.kinds);
  const again = new Map<Address, number>();
  const heldAsWhole = restraintOf(r).held.all;
  const apart = apartFromUndo(r.execution.book.state, desired.items, heldAsWhole);
  const trial = onTrial(r);
  /** Wanted differently by now than what is on trial there. */
  const outdated: Address[] = [];
  const underWay = [...r.execution.book.state.open.values()].filter(
    ({ cause }) => cause === 'generation' || cause === 'leave',
  );
  const mine = withheld.free.filter((draft) => {
    const theirs = draft.why !== 'drift' && underWay.some((tx) => isOf(tx, draft, heldAsWhole));
    if (theirs || apart?.(draft) === false || r.reservations.has(draft.address)) {
      again.set(draft.address, RETRY_MS);
      return false;
    }
    if (draft.why !== 'drift' && trial.has(draft.address)) {
      // What cannot be undone waits for the verdict; anything else ends the trial.
      if (!isIrreversible(draft)) outdated.push(draft.address);
      again.set(draft.address, isIrreversible(draft) ? RETRY_MS : SOONEST_MS);
      return false;
    }
    const count = r.execution.book.state.repairs.get(draft.address);
    const isForgiven = count?.because !== undefined && draft.why === 'drift';
    if (options.undamped || isForgiven || mayRepair(count, now(r))) return true;
    again.set(draft.address, (count?.notBefore ?? now(r)) - now(r));
    return false;
  });
  tellNoLongerHeld(r, mine);
  r.board.show(seen, withheld, now(r), complete);
  showContended(r, seen, withheld.free);
  if (complete) r.watch(seen.targets);
  for (const wait of [...seen.waits, ...withheld.waits]) again.set(wait.address, RETRY_MS);
  tellReported(r, seen, complete);
  // Nothing is awaited between the look's end and the reservation.
  const run = { seen, desired, stop: options.stopRepair, ending: signal, again };
  const repaired = mine.length === 0 ? 0 : await bringBack(r, mine, run);
  await supersedeTrials(r, outdated);
  if (!isRestrained(r) && apart === null) await keepBooks(r, seen);
  if (complete) await probeAll(r, livingIn(r, seen), signal);
  for (const [address, delay] of again) again.set(address, Math.max(delay, SOONEST_MS));
  return { again, dueAt: seen.dueAt, repaired };
}

/** A transaction for each purpose. What needs something that could not be put back waits for the next pass. */
async function bringBack(r: Reconciliation, drafts: readonly Draft<unknown>[], run: MaintenanceRun): Promise<number> {
  const missed = new Set<Address>();
  let arrived = 0;
  for (const purpose of purposesOf(drafts, overridesInForce(r))) {
    const isStuck = purpose.drafts.some(({ needs }) => needs.some((need) => missed.has(need)));
    const applied = isStuck ? [] : await carryOut(r, purpose, run);
    arrived += applied.length;
    const done = new Set(applied);
    for (const { address } of purpose.drafts) if (!done.has(address)) missed.add(address);
    if (isStuck) for (const { address } of purpose.drafts) run.again.set(address, RETRY_MS);
  }
  return arrived;
}

async function carryOut(
  r: Reconciliation,
  { cause, drafts }: Purpose,
  run: MaintenanceRun,
): Promise<readonly Address[]> {
  const { seen, stop, again } = run;
  const { book, bootId, clock, events } = r.execution;
  const tx = r.execution.book.nextTx();
  if (
    !r.reservations.take(
      drafts.map((draft) => draft.address),
      tx,
    )
  ) {
    for (const draft of drafts) again.set(draft.address, RETRY_MS);
    return [];
  }
  try {
    const writers = await rivals(r, drafts, seen);
    // Not synced by itself: the first intent's fsync carries it, and recovery looks for leftovers of unknown transactions.
    await book.note({ t: 'open', tx, cause, drafts: cause === 'repair' ? [] : drafts, at: now(r), bootId });
    const outcome =
      cause === 'repair'
        ? await runChanges(r.execution, tx, drafts, {
            stop,
            onFailure: 'continue',
            settleMs: REPAIR_SETTLE_MS,
            targets: seen.targets,
          })
        : await bringAnew(r, tx, drafts, run);
    const counts = outcome.applied
      .filter((change) => isDamped(r, change))
      .map(({ address }) => afterRepair(address, book.state.repairs.get(address), now(r), writers.get(address)));
    const open = book.state.open.get(tx);
    const isOwing = open !== undefined && owedEffects(open, bootId).length > 0;
    const ending = [
      { t: 'verdict', tx, outcome: 'good', at: now(r) },
      { t: 'close', tx, left: [], at: clock.now() },
    ] as const;
    const isOpen = isOwing || (cause !== 'repair' && outcome.applied.length + outcome.failures.length > 0);
    const records = [...counts.map((count) => ({ t: 'repair', count }) as const), ...(isOpen ? [] : ending)];
    // A fight is not begun anew at full speed by a crash.
    if (counts.some(({ step }) => step > 0)) await book.commit(...records);
    else await book.note(...records);
    for (const change of outcome.applied) {
      r.board.set(change.address, { condition: 'ok' }, now(r));
      const message = `${change.address} ${DONE[cause]}: ${change.summary}`;
      events.emit({
        ...changed(change, tx),
        ...(change.why === 'drift' ? { type: 'DriftRepaired' as const } : {}),
        message,
      });
    }
    for (const count of counts) {
      if (count.step === 0) continue;
      const reason = contention(count);
      events.emit({ type: 'Contended', address: count.address, message: reason.message, reason });
      r.board.set(count.address, { condition: 'contended', reason }, now(r));
    }
    const reason = firstReason(outcome.failures);
    for (const { address, reason: why } of outcome.failures) {
      r.board.set(address, { condition: 'failed', reason: why }, now(r));
      again.set(address, 60_000);
    }
    if (cause === 'repair' && isOwing) owe(r, tx, outcome.failures);
    if (reason !== null)
      events.emit({ type: 'EffectFailed', message: `a ${cause} failed: ${reason.message}`, reason, tx });
    for (const wait of outcome.waits) {
      r.board.set(wait.address, waitingFor(wait), now(r));
      again.set(wait.address, RETRY_MS);
    }
    // Looked at while it was being written: it is whole by now, most likely.
    for (const address of outcome.replan) again.set(address, SOONEST_MS);
    const begun = book.state.open.get(tx);
    if (cause !== 'repair' && isOpen && begun !== undefined) await toVerdict(r, begun, outcome, run);
    return outcome.applied.map(({ address }) => address);
  } finally {
    if (book.state.open.get(tx)?.verdict?.outcome !== 'bad') r.reservations.release(tx);
    r.execution.progressed();
  }
}

/**
 * What a generation or rollback under way has still to bring about is its own, also between two tries. One that a hold
 * of the whole node has stopped leaves what is due to maintenance, but for what it set out to change itself.
 */
function isOf(tx: OpenTransaction, { address, why }: Draft<unknown>, heldAsWhole: boolean): boolean {
  return !heldAsWhole || why !== 'due' || tx.cause === 'leave' || addressesOf(tx).includes(address);
}

/** What differs when a hold has ended is shown before it is repaired. */
function tellNoLongerHeld(r: Reconciliation, drafts: readonly Draft<unknown>[]): void {
  for (const { address, summary } of drafts) {
    if (r.board.get(address)?.condition !== 'held') continue;
    const message = `${address} is held no longer and differs: ${summary}`;
    r.execution.events.emit({ type: 'DriftReported', address, message });
  }
}

/** Drift that is only to be reported becomes an event once, when it is first seen. */
function tellReported(r: Reconciliation, seen: Survey, complete: boolean): void {
  for (const note of r.board.untold(seen.notes, complete)) {
    const foreign = note.foreign === true || seen.targets.get(note.address)?.item === null;
    r.execution.events.emit({
      type: foreign ? 'ForeignFound' : 'DriftReported',
      address: note.address,
      message: note.reason.message,
      reason: note.reason,
    });
  }
}

/** Changes whenever the desired state, or who is bringing it about, does. */
function epoch(state: StateView): string {
  const lanes = [...state.open.values()].filter(
    (tx) => tx.cause === 'generation' || tx.cause === 'rollback' || tx.cause === 'leave',
  );
  return [maintained(state)?.digest, ...lanes.map((tx) => `${tx.tx} ${tx.verdict?.outcome}`)].join(' ');
}
