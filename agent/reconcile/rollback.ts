/**
 * Rollback in two steps. First, offline: every address changed since the last-known-good goes to its base where
 * what is there is still what we wrote. Then the last-known-good is desired and ordinary convergence does the
 * rest. A step that fails does not stop the others; it is retried with backoff and shown as incomplete.
 */
import { backoff } from '../base/backoff.ts';
import type { Reason } from '../base/errors.ts';
import { firstReason } from '../apply/commit-wave.ts';
import { executionError } from '../apply/execution-errors.ts';
import type { BaseRow, JournalRecord, OpenTransaction, TxId } from '../apply/records.ts';
import { disarmGuards } from '../apply/prove-guards.ts';
import { runChanges } from '../apply/run-changes.ts';
import { holdGates } from '../health/hold.ts';
import { neededRemovals } from '../plan/needed-removals.ts';
import { kindOf, targetsOf } from '../plan/targets.ts';
import { withhold } from '../plan/withhold.ts';
import type { Address, AnyKind, Draft, Effect, Observation, Target } from '../resources/kind.ts';
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
import { settleIntents } from './settle-intents.ts';

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

type Left = { readonly address: Address; readonly reason: Reason }[];

/** Step one, again and again until nothing of it is outstanding. Null: told to stop. */
async function undoAll(r: Reconciliation, tx: TxId, failed: OpenTransaction, stop: AbortSignal): Promise<Left | null> {
  const delays = backoff(RETRY, r.entropy);
  const left: Left = [];
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
      r.execution.events.emit({
        type: 'ResourceChanged',
        address: change.address,
        message: `${change.address}: ${change.summary}`,
        tx,
      });
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
    // A full disk: throw off what was kept for just this, and go on at once.
    if ((await r.execution.ballast.release(failed.tx)) > 0) continue;
    await incomplete(r, failure);
    if (!(await pause(r, delays.next().value, stop))) return null;
  }
}

interface Undo {
  readonly drafts: readonly Draft<unknown>[];
  readonly atBase: readonly Address[];
  readonly left: Left;
  readonly unknown: Reason | null;
  readonly targets: ReadonlyMap<Address, Target<unknown, unknown>>;
}

async function undoDrafts(r: Reconciliation, tx: TxId, failed: OpenTransaction, signal: AbortSignal): Promise<Undo> {
  const { book, kinds, hosts } = r.execution;
  const rows = book.state.undoRows(failed.tx);
  const good = await r.view.of(book.state.lastKnownGood, overridesInForce(r));
  const managed = new Set(good.items.map(({ address }) => address));
  const drafts: Draft<unknown>[] = [];
  const atBase: Address[] = [];
  const left: Left = [];
  let unknown: Reason | null = null;
  const stuck: { readonly address: Address; readonly needs: readonly Address[] }[] = [];
  const targets = new Map(
    rows.map((row) => [
      row.address,
      { address: row.address, item: null, owned: book.state.ledger.get(row.address) ?? row.owned },
    ]),
  );
  const seen = new Map<Address, Observation<unknown>>();
  const { byKind } = targetsOf(
    kinds,
    [],
    new Map([...targets.values()].flatMap((target) => (target.owned === null ? [] : [[target.address, target.owned]]))),
  );
  const unowned = [...targets.values()].filter((target) => target.owned === null);
  for (const kind of kinds) {
    const mine = [
      ...(byKind.get(kind.name) ?? []),
      ...unowned.filter((target) => kindOf(kinds, target.address) === kind),
    ];
    if (mine.length > 0)
      for (const [address, observation] of await kind.observe(mine, hosts.read, signal)) seen.set(address, observation);
  }
  for (const row of rows) {
    const kind = kindOf(kinds, row.address);
    const observation = seen.get(row.address);
    if (kind === undefined) continue;
    if (observation === undefined || 'unknown' in observation) {
      unknown ??= observation?.unknown ?? leftAlone(row.address, 'could not be read');
      stuck.push({ address: row.address, needs: targets.get(row.address)?.owned?.needs ?? [] });
      continue;
    }
    const { state } = observation;
    if (kind.same(state, row.from)) atBase.push(row.address);
    else if (isOurs(r, kind, state, row, failed.tx)) drafts.push(undoDraft(r, row, state, kind.name));
    else {
      // What the last-known-good manages is put right by its convergence, as any drift; nobody else's edit is touched.
      if (!managed.has(row.address)) {
        const reason = leftAlone(row.address, 'was changed from outside and is left as it is');
        left.push({ address: row.address, reason });
      }
      atBase.push(row.address);
    }
  }
  for (const { reason, address } of left)
    r.execution.events.emit({ type: 'ResourceLeft', address, message: reason.message, reason, tx });
  const stays = neededRemovals(drafts, stuck);
  return { drafts: drafts.filter(({ address }) => !stays.has(address)), atBase, left, unknown, targets };
}

/** What the ledger says we wrote, what an intent of the failed transaction meant, or what a crash left between the two. */
function isOurs(r: Reconciliation, kind: AnyKind, seen: unknown, row: BaseRow, failed: TxId): boolean {
  const { ledger, open } = r.execution.book.state;
  if (kind.same(seen, ledger.get(row.address)?.last ?? null)) return true;
  const intents = open.get(failed)?.intents ?? [];
  return intents.some(({ changes }) =>
    changes.some(
      (change) =>
        change.address === row.address &&
        (kind.same(seen, change.to) || kind.between?.(seen, change.from, change.to) === true),
    ),
  );
}

function undoDraft(r: Reconciliation, row: BaseRow, from: unknown, kind: string): Draft<unknown> {
  const owned = r.execution.book.state.ledger.get(row.address);
  const source = row.owned ?? owned;
  return {
    address: row.address,
    kind,
    covers: [row.address],
    from,
    to: row.from,
    why: 'undo',
    adopts: false,
    claims: source?.claims ?? [],
    needs: source?.needs ?? [],
    effects: distinct([...(row.owned?.effects ?? []), ...(owned?.effects ?? [])]),
    undo: 'exact',
    onRemove: source?.onRemove ?? 'default',
    summary: row.from === null ? 'remove again' : 'back to what it was',
  };
}

function distinct(effects: readonly Effect[]): readonly Effect[] {
  return [...new Map(effects.map((effect) => [JSON.stringify(effect), effect])).values()];
}

/** A person's hold, or a kind that is only observed, keeps the rollback from its end. */
function notOurs([first, ...more]: readonly Draft<unknown>[]): Reason | null {
  if (first === undefined) return null;
  const also = more.length === 0 ? '' : ` (and ${more.length} more)`;
  return executionError('KSN-EXEC-011', `${first.address} is held, or only observed, and cannot go back now${also}`, {
    element: first.address,
  }).toReason();
}

function leftAlone(address: Address, how: string): Reason {
  return executionError('KSN-EXEC-008', `${address} ${how}`, { element: address }).toReason();
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
  if (still !== null && failed.identity !== undefined && failed.verdict?.reason !== undefined) {
    const reason = {
      ...failed.verdict.reason,
      message: `${failed.verdict.reason.message}; ${nameOf(good)} fails its gates as well: ${still.message}`,
    };
    const { series, generation, digest } = failed.identity;
    records.push({ t: 'block', series, generation, digest, reason, at });
  }
  await book.commit(
    ...records,
    { t: 'verdict', tx, outcome: 'good', at },
    { t: 'close', tx: failed.tx, left: [], at },
    { t: 'close', tx, left, at },
  );
  await r.execution.ballast.release(failed.tx);
  await r.execution.guards.fired().then(async (ids) => {
    for (const id of ids) await r.execution.guards.acknowledge(id);
  });
  const why = failed.verdict?.reason;
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
