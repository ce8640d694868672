/**
 * What is ours and what was before us: the ledger, and the base since the last-known-good. Part of the fold in
 * `state.ts`, whose invariants 2 to 5 are kept here.
 */
import type { Address, Change, GenerationName, Owned, State } from '../resources/kind.ts';
import type { BaseRow, JournalRecord, TxId } from './records.ts';
import type { Transaction } from './transaction.ts';

type Of<T extends JournalRecord['t']> = Extract<JournalRecord, { t: T }>;

export class Holdings {
  readonly ledger = new Map<Address, Owned<unknown>>();
  readonly base = new Map<Address, BaseRow>();
  readonly #open: ReadonlyMap<TxId, Transaction>;

  constructor(open: ReadonlyMap<TxId, Transaction>) {
    this.#open = open;
  }

  /** Before an address is touched: its row, and its base where a bad verdict would undo the change. */
  intended(tx: Transaction, change: Change<unknown>): void {
    const owned = this.ledger.get(change.address) ?? null;
    tx.remember(change.address, owned);
    // What a hand had put there is not saved, and nobody's base: the last-known-good says what comes back.
    if (change.why === 'drift' || change.why === 'undo') return;
    if (tx.undoable && tx.verdict === null && change.undo === 'exact') {
      this.#baseRow(tx, change.address, change.from, owned);
    }
  }

  /** False where the change had not been resolved, so that there is nothing to own. `running`: for whom a repair works. */
  own(
    tx: Transaction,
    change: Change<unknown>,
    stateVersion: number | undefined,
    running: GenerationName | null,
  ): boolean {
    if (isPending(change.to)) return false;
    const before = this.ledger.get(change.address);
    const original = before === undefined ? (tx.firstFrom(change.address) ?? null) : before.original;
    const takenIn = before === undefined ? takenBy(original, tx.identity ?? running) : before.takenIn;
    this.ledger.set(change.address, {
      address: change.address,
      kind: change.kind,
      stateVersion: stateVersion ?? before?.stateVersion ?? 1,
      original,
      ...(takenIn !== undefined && { takenIn }),
      last: change.to,
      claims: change.claims,
      needs: change.needs,
      onRemove: change.onRemove,
      ...(change.effects.length > 0 && { effects: change.effects }),
    });
    return true;
  }

  /** Not ours any more; its base stays, since a rollback may bring it back. */
  drop(address: Address): void {
    this.ledger.delete(address);
  }

  /** The row goes back with the state. False where neither a base nor the failed transaction knows the address. */
  undone(tx: Transaction, address: Address): boolean {
    const undone = tx.undoes === undefined ? tx : this.#open.get(tx.undoes);
    const base = this.base.get(address);
    if (undone?.maintenance === true && undone.before.has(address)) {
      this.#giveBack(address, undone.before.get(address) ?? null);
      if (base?.tx === undone.tx) this.base.delete(address);
      return true;
    }
    if (base === undefined) return false;
    this.#giveBack(address, base.owned);
    this.base.delete(address);
    return true;
  }

  /** False where the address is not ours. */
  disown({ address, tx: id, from }: Of<'disown'>): boolean {
    const owned = this.ledger.get(address);
    if (owned === undefined) return false;
    const tx = id === undefined ? undefined : this.#open.get(id);
    if (tx !== undefined) {
      const was = from === undefined ? owned.last : from;
      tx.remember(address, owned, was);
      if (tx.undoable && tx.verdict === null) this.#baseRow(tx, address, was, owned);
    }
    this.drop(address);
    return true;
  }

  /** What a spec says anew of rows that we own; others are passed over. */
  refresh(record: Of<'refresh'>): void {
    for (const { address, claims, needs, onRemove } of record.rows) {
      const row = this.ledger.get(address);
      if (row !== undefined) this.ledger.set(address, { ...row, claims, needs, onRemove });
    }
  }

  /**
   * What undoing this transaction goes back to: of a maintenance transaction, what was before it alone; of others, the
   * base without the rows of another transaction that has no verdict yet.
   */
  undoRows(id: TxId): readonly BaseRow[] {
    const tx = this.#open.get(id);
    if (tx?.maintenance === true) {
      return [...tx.before].flatMap(([address, owned]) => {
        const from = tx.firstFrom(address);
        return from === undefined ? [] : [{ address, from, owned, tx: id }];
      });
    }
    return [...this.base.values()].filter((row) => !this.#unjudged(row.tx, id));
  }

  /** After a good verdict over everything, but for what others answer for themselves. */
  emptyBase(judged: TxId): void {
    for (const row of this.base.values()) if (!this.#unjudged(row.tx, judged)) this.base.delete(row.address);
  }

  /** After a verdict over one maintenance transaction. */
  forgetBase(tx: TxId): void {
    for (const row of this.base.values()) if (row.tx === tx) this.base.delete(row.address);
  }

  #baseRow(tx: Transaction, address: Address, from: State<unknown>, owned: Owned<unknown> | null): void {
    if (!this.base.has(address)) this.base.set(address, { address, from, owned, tx: tx.tx });
  }

  #giveBack(address: Address, owned: Owned<unknown> | null): void {
    if (owned === null) this.drop(address);
    else this.ledger.set(address, owned);
  }

  /** A maintenance transaction other than `except` that is under way and answers for its own addresses. */
  #unjudged(id: TxId, except: TxId): boolean {
    const tx = this.#open.get(id);
    return id !== except && tx?.maintenance === true && tx.verdict === null;
  }
}

function takenBy(original: State<unknown>, by: GenerationName | null): GenerationName | undefined {
  return original === null || by === null ? undefined : { series: by.series, generation: by.generation };
}

function isPending(to: Change<unknown>['to']): boolean {
  return typeof to === 'object' && to !== null && Object.keys(to).length === 1 && 'pending' in to;
}
