/**
 * What the journal says, folded: `reduce(record)` is the only way it changes, for the live engine (the journal
 * calls it as records become durable) and for replay alike, so a crash gives back exactly the durable prefix.
 *
 * Invariants:
 * 1. `reduce` is total on records of our format: one that fits nothing (a `done` of a closed transaction)
 *    changes nothing and is counted in `anomalies`. It uses no clock and no randomness.
 * 2. A ledger row stands for what we last put there. `done` sets it, a done `prune` drops it, whatever it put
 *    back. `original` is what was there when we first meant to change an address that was not ours; it never
 *    changes while the row lives.
 * 3. `base` holds, for every address changed since the last-known-good, the earliest `from` and the row of that
 *    time. A row is added with the *intent* (a crash may hide whether it was carried out; a base too many costs
 *    one look, one too few the rollback), by generations, renewals and overrides, never by repairs, rollbacks
 *    or what runs after a verdict. Superseding keeps it: the base of the next generation is still the LKG.
 * 4. Undoing gives back the row along with the state: of a generation, from `base`; of a maintenance
 *    transaction, as it was before that transaction. What was undone leaves `base`, so after a crash a
 *    rollback goes on with the rest.
 * 5. A good verdict ends what it judged: a generation's (or its rollback's) empties `base`, except for what
 *    other unjudged transactions changed; a maintenance transaction's takes its own rows out, so that a later
 *    rollback does not bring an expired certificate back.
 * 6. A transaction that failed stays open until its rollback has come to its end; both are closed together.
 *
 * `covers`: rows are kept under `address` alone.
 */
import type { Address, Change, Owned, State } from '../resources/kind.ts';
import { Transaction } from './transaction.ts';
import type {
  Accepted, BaseRow, Blocked, Checkpoint, JournalRecord, OpenTransaction, Override, RepairCount, TxId,
} from './records.ts';

type Of<T extends JournalRecord['t']> = Extract<JournalRecord, { t: T }>;
export type Header = Omit<Of<'header'>, 't'>;

/** The engine reads this; only the journal reduces. */
export interface StateView {
  /** The last header: who writes, in which boot. Null before the first. */
  readonly header: Header | null;
  readonly ledger: ReadonlyMap<Address, Owned<unknown>>;
  readonly base: ReadonlyMap<Address, BaseRow>;
  /** By digest. */
  readonly blocked: ReadonlyMap<string, Blocked>;
  /** By id; expired ones too, until they are released. */
  readonly overrides: ReadonlyMap<string, Override>;
  readonly repairs: ReadonlyMap<Address, RepairCount>;
  /** By series. */
  readonly accepted: ReadonlyMap<string, Accepted>;
  readonly open: ReadonlyMap<TxId, OpenTransaction>;
  readonly wanted: Accepted | null;
  readonly lastKnownGood: Accepted | null;
  readonly previousGood: Accepted | null;
  readonly running: Accepted | null;
  readonly nextTx: number;
  readonly safeMode: Checkpoint['safeMode'];
  readonly rollbackIncomplete: Checkpoint['rollbackIncomplete'];
  readonly left: boolean;
  /** Records that fitted nothing: a bug of ours, worth a line in the log. The last 20. */
  readonly anomalies: readonly string[];
  /** What undoing this transaction means: every address with what goes back there. */
  undoRows(tx: TxId): readonly BaseRow[];
  /** Everything that outlives a transaction. */
  toCheckpoint(): Checkpoint;
}

export const EMPTY_CHECKPOINT: Checkpoint = {
  ledger: [],
  base: [],
  blocked: [],
  overrides: [],
  repairs: [],
  accepted: {},
  wanted: null,
  lastKnownGood: null,
  previousGood: null,
  running: null,
  nextTx: 1,
  safeMode: null,
  rollbackIncomplete: null,
  left: false,
};

export class EngineState implements StateView {
  header: Header | null = null;
  readonly ledger = new Map<Address, Owned<unknown>>();
  readonly base = new Map<Address, BaseRow>();
  readonly blocked = new Map<string, Blocked>();
  readonly overrides = new Map<string, Override>();
  readonly repairs = new Map<Address, RepairCount>();
  readonly accepted = new Map<string, Accepted>();
  readonly open = new Map<TxId, Transaction>();
  wanted: Accepted | null = null;
  lastKnownGood: Accepted | null = null;
  previousGood: Accepted | null = null;
  running: Accepted | null = null;
  nextTx = 1;
  safeMode: Checkpoint['safeMode'] = null;
  rollbackIncomplete: Checkpoint['rollbackIncomplete'] = null;
  left = false;
  readonly anomalies: string[] = [];

  reduce(record: JournalRecord): void {
    switch (record.t) {
      case 'header': return this.#header(record);
      case 'checkpoint': return this.#restore(record.checkpoint);
      case 'accept': return this.#accept(record);
      case 'want': this.wanted = record.identity; this.left = false; return;
      case 'open': return this.#open(record);
      case 'intent': return this.#with(record, (tx) => this.#intend(tx, record));
      case 'done': return this.#with(record, (tx) => { for (const id of record.ids) this.#done(tx, id, tx.done); });
      case 'cleanup': return this.#with(record, (tx) => this.#done(tx, record.id, tx.cleaned));
      case 'undone': return this.#with(record, (tx) => { for (const address of record.addresses) this.#undone(tx, address); });
      case 'effect': return this.#with(record, (tx) => {
        tx.effects.set(record.key, { outcome: record.outcome, bootId: record.bootId });
        tx.attempts = 0;
      });
      case 'attempt': return this.#with(record, (tx) => { tx.attempts += 1; });
      case 'verdict': return this.#with(record, (tx) => this.#verdict(tx, record));
      case 'close': return this.#with(record, (tx) => this.#close(tx));
      case 'override': this.overrides.set(record.override.id, record.override); return;
      case 'release': this.overrides.delete(record.id); return;
      case 'block': return this.#block(record);
      case 'unblock': this.blocked.delete(record.digest); return;
      case 'repair': return this.#repair(record.count);
      case 'disown': return this.#disown(record);
      case 'refresh': return this.#refresh(record);
      case 'safe-mode': return this.#safeMode(record);
      case 'rollback-incomplete': this.rollbackIncomplete = record.reason; return;
      default: this.#odd(`a record of the unknown type ${JSON.stringify((record as { t: unknown }).t)}`);
    }
  }

  undoRows(id: TxId): readonly BaseRow[] {
    const tx = this.open.get(id);
    if (tx?.maintenance === true) {
      return [...tx.before].flatMap(([address, owned]) => {
        const from = tx.firstFrom(address);
        return from === undefined ? [] : [{ address, from, owned, tx: id }];
      });
    }
    return [...this.base.values()].filter((row) => !this.#unjudged(row.tx, id));
  }

  toCheckpoint(): Checkpoint {
    return {
      ledger: [...this.ledger.values()],
      base: [...this.base.values()],
      blocked: [...this.blocked.values()],
      overrides: [...this.overrides.values()],
      repairs: [...this.repairs.values()],
      accepted: Object.fromEntries(this.accepted),
      wanted: this.wanted,
      lastKnownGood: this.lastKnownGood,
      previousGood: this.previousGood,
      running: this.running,
      nextTx: this.nextTx,
      safeMode: this.safeMode,
      rollbackIncomplete: this.rollbackIncomplete,
      left: this.left,
    };
  }

  #header({ t: _, ...header }: Of<'header'>): void {
    this.header = header;
    for (const { id, bootId } of this.overrides.values()) {
      if (bootId !== undefined && bootId !== header.bootId) this.overrides.delete(id);
    }
  }

  #restore(from: Checkpoint): void {
    if (this.open.size > 0) this.#odd('a checkpoint with transactions open');
    this.open.clear();
    refill(this.ledger, from.ledger.map((row) => [row.address, row]));
    refill(this.base, from.base.map((row) => [row.address, row]));
    refill(this.blocked, from.blocked.map((row) => [row.digest, row]));
    refill(this.overrides, from.overrides.map((row) => [row.id, row]));
    refill(this.repairs, from.repairs.map((row) => [row.address, row]));
    refill(this.accepted, Object.entries(from.accepted));
    this.wanted = from.wanted;
    this.lastKnownGood = from.lastKnownGood;
    this.previousGood = from.previousGood;
    this.running = from.running;
    this.nextTx = from.nextTx;
    this.safeMode = from.safeMode;
    this.rollbackIncomplete = from.rollbackIncomplete;
    this.left = from.left;
  }

  #accept({ t: _, ...accepted }: Of<'accept'>): void {
    const before = this.accepted.get(accepted.series);
    if (before === undefined || before.generation <= accepted.generation) this.accepted.set(accepted.series, accepted);
    this.wanted = accepted;
    this.left = false;
  }

  #open(record: Of<'open'>): void {
    this.nextTx = Math.max(this.nextTx, Number.parseInt(record.tx, 36) + 1);
    if (this.open.has(record.tx)) return this.#odd(`transaction ${record.tx} opened twice`);
    this.open.set(record.tx, new Transaction(record, this.#writer()));
  }

  #intend(tx: Transaction, record: Of<'intent'>): void {
    tx.intend(record, this.header?.bootId ?? tx.bootId, this.#writer());
    for (const change of record.changes) {
      const owned = this.ledger.get(change.address) ?? null;
      tx.remember(change.address, owned);
      if (tx.undoable && tx.verdict === null && change.why !== 'undo' && change.undo === 'exact') {
        this.#baseRow(tx, change.address, change.from, owned);
      }
    }
  }

  #baseRow(tx: Transaction, address: Address, from: State<unknown>, owned: Owned<unknown> | null): void {
    if (!this.base.has(address)) this.base.set(address, { address, from, owned, tx: tx.tx });
  }

  /** `done` may be told again by recovery; only the first counts. */
  #done(tx: Transaction, id: string, into: Set<string>): void {
    const change = tx.change(id);
    if (change === undefined) return this.#odd(`${id} of transaction ${tx.tx} done without an intent`);
    if (tx.done.has(id) || tx.cleaned.has(id)) return;
    into.add(id);
    tx.attempts = 0;
    if (change.why === 'undo') return this.#undone(tx, change.address, change);
    if (change.why === 'prune') return this.#drop(change.address);
    this.#own(tx, change);
  }

  #own(tx: Transaction, change: Change<unknown>): void {
    if (isPending(change.to)) return this.#odd(`${change.id} done before it was resolved`);
    const before = this.ledger.get(change.address);
    this.ledger.set(change.address, {
      address: change.address,
      kind: change.kind,
      stateVersion: this.header?.kinds[change.kind] ?? before?.stateVersion ?? 1,
      original: before === undefined ? (tx.firstFrom(change.address) ?? null) : before.original,
      last: change.to,
      claims: change.claims,
      needs: change.needs,
      onRemove: change.onRemove,
      ...(change.effects.length > 0 && { effects: change.effects }),
    });
  }

  #undone(tx: Transaction, address: Address, change?: Change<unknown>): void {
    const undone = tx.undoes === undefined ? tx : this.open.get(tx.undoes);
    const base = this.base.get(address);
    if (undone?.maintenance === true && undone.before.has(address)) {
      this.#giveBack(address, undone.before.get(address) ?? null);
      if (base?.tx === undone.tx) this.base.delete(address);
    } else if (base !== undefined) {
      this.#giveBack(address, base.owned);
      this.base.delete(address);
    } else if (change === undefined || change.to === null) {
      if (change !== undefined) this.#drop(address);
    } else this.#own(tx, change);
  }

  #giveBack(address: Address, owned: Owned<unknown> | null): void {
    if (owned === null) this.#drop(address);
    else this.ledger.set(address, owned);
  }

  #drop(address: Address): void {
    this.ledger.delete(address);
    this.repairs.delete(address);
  }

  #verdict(tx: Transaction, record: Of<'verdict'>): void {
    tx.verdict = { outcome: record.outcome, ...(record.reason !== undefined && { reason: record.reason }) };
    tx.attempts = 0;
    if (record.outcome !== 'good') return;
    if (tx.cause === 'generation') this.#generationGood(tx);
    else if (tx.cause === 'rollback') this.#rollbackGood(tx);
    else if (tx.cause === 'leave') this.#leave();
    else this.#forgetBase(tx.tx);
  }

  #generationGood(tx: Transaction): void {
    const identity = tx.identity ?? null;
    if (this.lastKnownGood?.digest !== identity?.digest) this.previousGood = this.lastKnownGood;
    this.lastKnownGood = identity;
    this.running = identity;
    this.rollbackIncomplete = null;
    this.#emptyBase(tx.tx);
    for (const { digest, series, generation } of this.blocked.values()) {
      if (digest === identity?.digest || (series === identity?.series && generation < identity.generation)) this.blocked.delete(digest);
    }
  }

  #rollbackGood(tx: Transaction): void {
    const undone = tx.undoes === undefined ? undefined : this.open.get(tx.undoes);
    if (undone?.maintenance === true) return this.#forgetBase(undone.tx);
    this.running = this.lastKnownGood;
    this.rollbackIncomplete = null;
    this.#emptyBase(tx.tx);
  }

  /** Management has ended: nothing is ours any more; what was accepted stays, as the guard against replay. */
  #leave(): void {
    for (const map of [this.ledger, this.base, this.repairs, this.overrides, this.blocked]) map.clear();
    this.wanted = this.lastKnownGood = this.previousGood = this.running = null;
    this.rollbackIncomplete = null;
    this.left = true;
  }

  #close(tx: Transaction): void {
    this.open.delete(tx.tx);
    if (tx.maintenance && tx.verdict?.outcome !== 'superseded') this.#forgetBase(tx.tx);
  }

  #emptyBase(judged: TxId): void {
    for (const row of this.base.values()) if (!this.#unjudged(row.tx, judged)) this.base.delete(row.address);
  }

  #forgetBase(tx: TxId): void {
    for (const row of this.base.values()) if (row.tx === tx) this.base.delete(row.address);
  }

  /** A maintenance transaction other than `except` that is under way and answers for its own addresses. */
  #unjudged(id: TxId, except: TxId): boolean {
    const tx = this.open.get(id);
    return id !== except && tx?.maintenance === true && tx.verdict === null;
  }

  #block(record: Of<'block'>): void {
    const { t: _, ...blocked } = record;
    this.blocked.set(blocked.digest, blocked);
  }

  #repair(count: RepairCount): void {
    if (count.times.length === 0 && count.step === 0) this.repairs.delete(count.address);
    else this.repairs.set(count.address, count);
  }

  #disown({ address, tx: id, from }: Of<'disown'>): void {
    const owned = this.ledger.get(address);
    if (owned === undefined) return this.#odd(`${address} disowned, and not ours`);
    const tx = id === undefined ? undefined : this.open.get(id);
    if (tx !== undefined) {
      const was = from === undefined ? owned.last : from;
      tx.remember(address, owned, was);
      if (tx.undoable && tx.verdict === null) this.#baseRow(tx, address, was, owned);
    }
    this.#drop(address);
  }

  #refresh(record: Of<'refresh'>): void {
    for (const { address, claims, needs, onRemove } of record.rows) {
      const row = this.ledger.get(address);
      if (row !== undefined) this.ledger.set(address, { ...row, claims, needs, onRemove });
    }
  }

  #safeMode(record: Of<'safe-mode'>): void {
    if (!record.on || record.reason === undefined) this.safeMode = null;
    else this.safeMode = { since: record.at, reason: record.reason };
  }

  #writer(): Transaction['writer'] {
    return { agent: this.header?.agent ?? 'unknown', kinds: this.header?.kinds ?? {} };
  }

  #with(record: { readonly t: string; readonly tx: TxId }, act: (tx: Transaction) => void): void {
    const tx = this.open.get(record.tx);
    if (tx === undefined) this.#odd(`${record.t} of transaction ${record.tx}, which is not open`);
    else act(tx);
  }

  #odd(what: string): void {
    this.anomalies.push(what);
    if (this.anomalies.length > 20) this.anomalies.shift();
  }
}

function isPending(to: Change<unknown>['to']): boolean {
  return typeof to === 'object' && to !== null && Object.keys(to).length === 1 && 'pending' in to;
}

function refill<K, V>(map: Map<K, V>, rows: readonly (readonly [K, V])[]): void {
  map.clear();
  for (const [key, value] of rows) map.set(key, value);
}
