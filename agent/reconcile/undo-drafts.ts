/** Step one of a rollback as drafts: what goes back to its base, what is there already, what is somebody else's by now. */
import type { Reason } from '../base/errors.ts';
import { executionError } from '../apply/execution-errors.ts';
import type { BaseRow, OpenTransaction, TxId } from '../apply/records.ts';
import { neededRemovals } from '../plan/needed-removals.ts';
import { kindOf, targetsOf } from '../plan/targets.ts';
import type { Address, AnyKind, Draft, Effect, Observation, Target } from '../resources/kind.ts';
import { overridesInForce, type Reconciliation } from './context.ts';

export type Left = { readonly address: Address; readonly reason: Reason }[];

/** `left`: somebody else's by now, and not touched. `unknown`: why something could not be judged; null: all was. */
export interface Undo {
  readonly drafts: readonly Draft<unknown>[];
  readonly atBase: readonly Address[];
  readonly left: Left;
  readonly unknown: Reason | null;
  readonly targets: ReadonlyMap<Address, Target<unknown, unknown>>;
}

/** Looks at everything that the failed transaction changed. Nothing is written. */
export async function undoDrafts(
  r: Reconciliation,
  tx: TxId,
  failed: OpenTransaction,
  signal: AbortSignal,
): Promise<Undo> {
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

/** Why a rollback did not touch an address (KSN-EXEC-008); `how` ends the sentence that the address begins. */
export function leftAlone(address: Address, how: string): Reason {
  return executionError('KSN-EXEC-008', `${address} ${how}`, { element: address }).toReason();
}
