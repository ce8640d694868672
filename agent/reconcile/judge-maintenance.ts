/**
 * The verdict over a renewal or an override: the implicit gate and the gates of what it changed, held beside the lanes.
 * Good: it stays. Bad: it is undone (undo-maintenance.ts), and not begun again at full speed: a patch is taken back, a
 * renewal waits, ever longer.
 */
import type { Reason } from '../base/errors.ts';
import { afterFailure } from '../apply/damping.ts';
import { disarmGuards } from '../apply/prove-guards.ts';
import type { JournalRecord, OpenTransaction, Override, TxId } from '../apply/records.ts';
import type { Address } from '../resources/kind.ts';
import { now, overridesInForce, type Reconciliation } from './context.ts';
import { gatesOfChanged } from './gates-of.ts';
import { gatesHold } from './gates-hold.ts';
import { isJudged, maintained } from './next-job.ts';

/** Returns at once. `ending`: the agent ends; what has no verdict by then gets it after the next start. */
export function beginTrial(r: Reconciliation, tx: TxId, ending: AbortSignal): void {
  const signal = r.trials.begin(tx);
  hold(r, tx, signal, AbortSignal.any([signal, ending])).catch(() => {
    // The lane goes on with it from the journal.
    r.trials.end(tx, signal);
    if (!signal.aborted && !ending.aborted) r.left.add(tx);
  });
}

async function hold(r: Reconciliation, tx: TxId, own: AbortSignal, stop: AbortSignal): Promise<void> {
  const open = r.execution.book.state.open.get(tx);
  if (open === undefined) return;
  const desired = await r.view.of(maintained(r.execution.book.state), overridesInForce(r));
  const verdict = await gatesHold(r, tx, desired, gatesOfChanged(r, desired, new Set(addressesOf(open))), stop);
  if (verdict === 'stopped') return;
  if (verdict === 'held') await judgeGood(r, open, own);
  else await judgeBad(r, open, verdict, own);
}

async function judgeGood(r: Reconciliation, tx: OpenTransaction, own: AbortSignal): Promise<void> {
  const { ballast, book } = r.execution;
  await disarmGuards(r.execution, tx.tx);
  await ballast.release(tx.tx);
  if (!r.trials.end(tx.tx, own)) return;
  const at = now(r);
  const forgiven = addressesOf(tx).filter((address) => book.state.repairs.get(address)?.because !== undefined);
  await book.commit(
    { t: 'verdict', tx: tx.tx, outcome: 'good', at },
    { t: 'close', tx: tx.tx, left: [], at },
    ...forgiven.map((address) => ({ t: 'repair', count: { address, times: [], step: 0, notBefore: at } }) as const),
  );
  r.execution.progressed();
}

/** `own`: of its trial; without one it never came to it. Its addresses are nobody else's until it is undone. */
export async function judgeBad(
  r: Reconciliation,
  tx: OpenTransaction,
  reason: Reason,
  own?: AbortSignal,
): Promise<void> {
  const { book, events, clock } = r.execution;
  const addresses = addressesOf(tx);
  while (!r.reservations.take(addresses, tx.tx)) await r.reservations.released();
  if (own !== undefined && !r.trials.end(tx.tx, own)) {
    r.reservations.release(tx.tx);
    return;
  }
  const at = now(r);
  const patches = tx.cause === 'override' ? newestPatches(r, addresses) : [];
  const counts = tx.cause === 'renewal' ? addresses : [];
  const records: JournalRecord[] = [
    { t: 'verdict', tx: tx.tx, outcome: 'bad', reason, at },
    ...patches.map(({ id }) => ({ t: 'release', id, by: 'its gates', at }) as const),
    ...counts.map((address) => {
      const count = afterFailure(address, book.state.repairs.get(address), at, reason);
      return { t: 'repair', count } as const;
    }),
  ];
  await book.commit(...records);
  events.emit({
    type: 'RollbackStarted',
    message: `undoing ${nameOfChange(tx)}: ${reason.message}`,
    tx: tx.tx,
    reason,
  });
  for (const { address, by } of patches)
    events.emit({
      type: 'Released',
      message: `the patch of ${address ?? 'the node'} by ${by} is taken back: ${reason.message}`,
      reason,
      ...(address !== null && { address }),
    });
  r.debts.begin(tx.tx, clock.monotonic());
  r.wake.ring();
  r.execution.progressed();
}

/** Of each address the last one that was laid over: what lay beneath had its own verdict, or gets it next. */
function newestPatches(r: Reconciliation, addresses: readonly Address[]): readonly Override[] {
  const patches = overridesInForce(r).filter(({ kind }) => kind === 'patch');
  return addresses.flatMap((address) => patches.findLast((patch) => patch.address === address) ?? []);
}

/** A generation, or another wish, changes the same addresses: they are its to judge from here, and the base stays. */
export async function supersedeTrials(r: Reconciliation, addresses: Iterable<Address>): Promise<void> {
  const theirs = new Set(addresses);
  for (const tx of r.execution.book.state.open.values()) {
    if (!isJudged(tx) || !addressesOf(tx).some((address) => theirs.has(address))) continue;
    if (r.trials.supersede(tx.tx) || (tx.verdict === null && r.left.delete(tx.tx))) await closeSuperseded(r, tx);
    // An undo that cannot come to its end gives way as well; one that is being tried does so first.
    else if (tx.verdict?.outcome === 'bad' && r.debts.has(tx.tx)) await giveWay(r, tx);
  }
}

async function giveWay(r: Reconciliation, failed: OpenTransaction): Promise<void> {
  const { book } = r.execution;
  r.debts.delete(failed.tx);
  const at = now(r);
  const rollback = [...book.state.open.values()].find(({ undoes }) => undoes === failed.tx);
  if (rollback !== undefined)
    await book.commit(
      { t: 'verdict', tx: rollback.tx, outcome: 'superseded', at },
      { t: 'close', tx: rollback.tx, left: [], at },
    );
  await closeSuperseded(r, failed);
  r.board.paid(failed.tx);
  r.reservations.release(failed.tx);
}

/** Neither good nor bad: what it changed so far goes on in the next one. */
export async function closeSuperseded(r: Reconciliation, { tx }: Pick<OpenTransaction, 'tx'>): Promise<void> {
  await disarmGuards(r.execution, tx);
  await r.execution.ballast.release(tx);
  const at = now(r);
  await r.execution.book.commit({ t: 'verdict', tx, outcome: 'superseded', at }, { t: 'close', tx, left: [], at });
}

/** Addresses whose renewal or override has no verdict yet. */
export function onTrial(r: Reconciliation): ReadonlySet<Address> {
  const open = [...r.execution.book.state.open.values()];
  return new Set(open.filter((tx) => isJudged(tx) && tx.verdict === null).flatMap((tx) => addressesOf(tx)));
}

/** For people: `the renewal of file:/etc/x (and 2 more)`. */
export function nameOfChange(tx: OpenTransaction): string {
  const [first, ...more] = addressesOf(tx);
  const also = more.length === 0 ? '' : ` (and ${more.length} more)`;
  return `the ${tx.cause} of ${first ?? 'nothing'}${also}`;
}

/** What it set out to change, also where it did not come to that. */
export function addressesOf({ drafts, intents }: OpenTransaction): readonly Address[] {
  return [...new Set([...drafts, ...intents.flatMap(({ changes }) => changes)].map(({ address }) => address))];
}
