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
 *    one look, one too few the rollback), by generations, renewals and overrides, never by repairs (a
 *    generation's own too), rollbacks or what runs after a verdict. Superseding keeps it: the base of the next generation is still the LKG.
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
import type { Address, Owned } from '../resources/kind.ts';
import { Holdings } from './holdings.ts';
import type { Accepted, BaseRow, Blocked, Checkpoint, JournalRecord, Override, RepairCount, TxId } from './records.ts';
import type { Header, StateView } from './state-view.ts';
import { Transaction } from './transaction.ts';

export type { StateView } from './state-view.ts';

type Of<T extends JournalRecord['t']> = Extract<JournalRecord, { t: T }>;

export class EngineState implements StateView {
  header: Header | null = null;
  readonly open = new Map<TxId, Transaction>();
  readonly blocked = new Map<string, Blocked>();
  readonly overrides = new Map<string, Override>();
  readonly repairs = new Map<Address, RepairCount>();
  readonly accepted = new Map<string, Accepted>();
  wanted: Accepted | null = null;
  lastKnownGood: Accepted | null = null;
  previousGood: Accepted | null = null;
  running: Accepted | null = null;
  nextTx = 1;
  safeMode: Checkpoint['safeMode'] = null;
  rollbackIncomplete: Checkpoint['rollbackIncomplete'] = null;
  left = false;
  readonly anomalies: string[] = [];
  readonly #held = new Holdings(this.open);

  /** What is ours, and what was there before us (invariant 2). */
  get ledger(): ReadonlyMap<Address, Owned<unknown>> {
    return this.#held.ledger;
  }

  /** What a rollback goes back to (invariant 3). */
  get base(): ReadonlyMap<Address, BaseRow> {
    return this.#held.base;
  }

  /** What undoing this transaction goes back to (invariant 4). */
  undoRows(tx: TxId): readonly BaseRow[] {
    return this.#held.undoRows(tx);
  }

  /** Takes over one durable record. Total: what fits nothing is counted, never thrown (invariant 1). */
  reduce(record: JournalRecord): void {
    if ('tx' in record && record.t !== 'open' && record.t !== 'disown') {
      const tx = this.open.get(record.tx);
      if (tx === undefined) this.#odd(`${record.t} of transaction ${record.tx}, which is not open`);
      else this.#advance(tx, record);
    } else this.#note(record);
  }

  /** Everything but the header and the open transactions: a replay that begins with it needs nothing older. */
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

  /** A step of an open transaction. */
  #advance(tx: Transaction, record: Of<Step>): void {
    switch (record.t) {
      case 'intent':
        tx.intend(record, this.header?.bootId ?? tx.bootId, this.#writer());
        for (const change of record.changes) this.#held.intended(tx, change);
        break;
      case 'done':
        for (const id of record.ids) this.#done(tx, id, () => tx.finished(id, record.found === true));
        break;
      case 'cleanup':
        this.#done(tx, record.id, () => tx.cleanedUp(record.id));
        break;
      case 'undone':
        for (const address of record.addresses) {
          this.#held.undone(tx, address);
          this.#forgetRepairs(address);
        }
        break;
      case 'effect':
        tx.effected(record);
        break;
      case 'attempt':
        tx.attempted(record);
        break;
      case 'verdict':
        tx.judge(record);
        if (record.outcome === 'good') this.#good(tx);
        break;
      case 'close':
        this.open.delete(tx.tx);
        if (tx.maintenance && tx.verdict?.outcome !== 'superseded') this.#held.forgetBase(tx.tx);
        break;
    }
  }

  /** Everything that is no step of a transaction. */
  #note(record: Exclude<JournalRecord, Of<Step>>): void {
    switch (record.t) {
      case 'header':
        this.#header(record);
        break;
      case 'checkpoint':
        this.#restore(record.checkpoint);
        break;
      case 'accept':
        this.#accept(record);
        break;
      case 'want':
        this.wanted = record.identity;
        this.left = false;
        break;
      case 'open':
        this.#open(record);
        break;
      case 'override':
        this.overrides.set(record.override.id, record.override);
        break;
      case 'release':
        this.overrides.delete(record.id);
        break;
      case 'block':
        this.blocked.set(record.digest, without(record));
        break;
      case 'unblock':
        this.blocked.delete(record.digest);
        break;
      case 'repair':
        if (record.count.times.length === 0 && record.count.step === 0) this.repairs.delete(record.count.address);
        else this.repairs.set(record.count.address, record.count);
        break;
      case 'disown':
        if (this.#held.disown(record)) this.repairs.delete(record.address);
        else this.#odd(`${record.address} disowned, and not ours`);
        break;
      case 'refresh':
        this.#held.refresh(record);
        break;
      case 'safe-mode':
        this.safeMode = record.on && record.reason !== undefined ? { since: record.at, reason: record.reason } : null;
        break;
      case 'rollback-incomplete':
        this.rollbackIncomplete = record.reason;
        break;
    }
  }

  #header(record: Of<'header'>): void {
    this.header = without(record);
    for (const { id, bootId } of this.overrides.values()) {
      if (bootId !== undefined && bootId !== record.bootId) this.overrides.delete(id);
    }
  }

  #restore(from: Checkpoint): void {
    if (this.open.size > 0) this.#odd('a checkpoint with transactions open');
    this.open.clear();
    refill(this.#held.ledger, from.ledger, (row) => row.address);
    refill(this.#held.base, from.base, (row) => row.address);
    refill(this.blocked, from.blocked, (row) => row.digest);
    refill(this.overrides, from.overrides, (row) => row.id);
    refill(this.repairs, from.repairs, (row) => row.address);
    refill(this.accepted, Object.values(from.accepted), (row) => row.series);
    this.wanted = from.wanted;
    this.lastKnownGood = from.lastKnownGood;
    this.previousGood = from.previousGood;
    this.running = from.running;
    this.nextTx = from.nextTx;
    this.safeMode = from.safeMode;
    this.rollbackIncomplete = from.rollbackIncomplete;
    this.left = from.left;
  }

  #accept(record: Of<'accept'>): void {
    const before = this.accepted.get(record.series);
    const accepted = without(record);
    if (before !== undefined && before.generation > record.generation) {
      this.#odd(`${record.series}/${record.generation} accepted after ${before.generation}`);
      return;
    }
    this.accepted.set(record.series, accepted);
    this.wanted = accepted;
    this.left = false;
  }

  #open(record: Of<'open'>): void {
    this.nextTx = Math.max(this.nextTx, Number.parseInt(record.tx, 36) + 1);
    if (this.open.has(record.tx)) this.#odd(`transaction ${record.tx} opened twice`);
    else this.open.set(record.tx, new Transaction(record, this.#writer()));
  }

  /** `done` may be told again by recovery; only the first counts. */
  #done(tx: Transaction, id: string, note: () => void): void {
    const change = tx.change(id);
    if (change === undefined) return this.#odd(`${id} of transaction ${tx.tx} done without an intent`);
    if (tx.done.has(id) || tx.cleaned.has(id)) return;
    note();
    const undone = change.why === 'undo' && this.#held.undone(tx, change.address);
    if (change.why === 'prune' || (change.why === 'undo' && !undone && change.to === null)) {
      this.#held.drop(change.address);
    } else if (!undone && !this.#held.own(tx, change, this.header?.kinds[change.kind], this.running)) {
      this.#odd(`${change.id} done before it was resolved`);
    }
    this.#forgetRepairs(change.address);
  }

  /** What is not ours is not repaired. */
  #forgetRepairs(address: Address): void {
    if (!this.ledger.has(address)) this.repairs.delete(address);
  }

  #good(tx: Transaction): void {
    switch (tx.cause) {
      case 'generation':
        return this.#generationGood(tx);
      case 'rollback':
        return this.#rollbackGood(tx);
      case 'leave':
        return this.#leave();
      default:
        return this.#held.forgetBase(tx.tx);
    }
  }

  #generationGood(tx: Transaction): void {
    const identity = tx.identity ?? null;
    if (this.lastKnownGood?.digest !== identity?.digest) this.previousGood = this.lastKnownGood;
    this.lastKnownGood = identity;
    this.running = identity;
    this.rollbackIncomplete = null;
    this.#held.emptyBase(tx.tx);
    for (const { digest, series, generation } of this.blocked.values()) {
      const behind = series === identity?.series && generation < identity.generation;
      if (behind || digest === identity?.digest) this.blocked.delete(digest);
    }
  }

  #rollbackGood(tx: Transaction): void {
    const undone = tx.undoes === undefined ? undefined : this.open.get(tx.undoes);
    if (undone?.maintenance === true) return this.#held.forgetBase(undone.tx);
    this.running = this.lastKnownGood;
    this.rollbackIncomplete = null;
    this.#held.emptyBase(tx.tx);
  }

  /** Management has ended: nothing is ours any more; what was accepted stays, as the guard against replay. */
  #leave(): void {
    const { ledger, base } = this.#held;
    for (const map of [ledger, base, this.repairs, this.overrides, this.blocked]) map.clear();
    this.wanted = null;
    this.lastKnownGood = null;
    this.previousGood = null;
    this.running = null;
    this.rollbackIncomplete = null;
    this.left = true;
  }

  #writer(): Transaction['writer'] {
    return { agent: this.header?.agent ?? 'unknown', kinds: this.header?.kinds ?? {} };
  }

  #odd(what: string): void {
    this.anomalies.push(what);
    if (this.anomalies.length > 20) this.anomalies.shift();
  }
}

type Step = 'intent' | 'done' | 'cleanup' | 'undone' | 'effect' | 'attempt' | 'verdict' | 'close';

function without<R extends JournalRecord>(record: R): Omit<R, 't'> {
  const { t: _type, ...rest } = record;
  return rest;
}

function refill<K, V>(map: Map<K, V>, rows: readonly V[], key: (row: V) => K): void {
  map.clear();
  for (const row of rows) map.set(key(row), row);
}
