import type { KeelsonError } from '../base/errors.ts';
import type { Journal } from './journal.ts';
import type { JournalRecord, TxId } from './records.ts';
import type { ChangeId } from '../resources/kind.ts';
import type { EngineState } from './state.ts';

/** Whose journal it is. */
export interface Owner {
  /** Why it may be somebody else's by now; asked before anything durable is written. */
  readonly doubt: () => Promise<KeelsonError | null>;
  /** Told once, when it has become read-only. */
  readonly refused: (why: KeelsonError) => void;
}

/**
 * Journal and state as one: what is written is what is known, and replay of the journal gives the same state.
 * INVARIANT: state changes by no other way than a record that was appended first.
 */
export class Book {
  readonly #journal: Journal;
  #lastTx = 0;
  readonly #changes = new Map<TxId, number>();
  readonly #owner: Owner | null;

  constructor(journal: Journal, owner: Owner | null = null) {
    this.#journal = journal;
    this.#owner = owner;
  }

  /** What the journal says so far. */
  get state(): EngineState {
    return this.#journal.state;
  }

  /** Why nothing may be changed: a damaged or newer journal, or a failed write that was not yet recovered from. */
  get refusal(): KeelsonError | null {
    return this.#journal.refused ?? this.#journal.poisoned;
  }

  /** Never again in this run: damage, a newer format, a newer transaction, another key, a lost lock. Looking goes on. */
  get readOnly(): boolean {
    return this.#journal.refused !== null;
  }

  /** Number of the last record; part of a preview's basis. */
  get seq(): number {
    return this.#journal.seq;
  }

  /** Whether it may still be written; read-only from here on where not. */
  async judge(): Promise<void> {
    if (this.#owner === null || this.readOnly) return;
    const why = await this.#owner.doubt();
    // Both lanes may have asked.
    if (why === null || this.readOnly) return;
    this.#journal.refuse(why);
    this.#owner.refused(why);
  }

  /** Durable when it resolves: one append, one fsync for all of them. */
  async commit(...records: readonly JournalRecord[]): Promise<void> {
    await this.judge();
    await this.#journal.append(records, { sync: true });
    for (const record of records) this.state.reduce(record);
  }

  /** Not forced to disk: lost by a crash, found again by observation. */
  async note(...records: readonly JournalRecord[]): Promise<void> {
    await this.#journal.append(records, { sync: false });
    for (const record of records) this.state.reduce(record);
  }

  /** A write failed, so what is durable is unknown: read it again and go on from there. */
  async recover(): Promise<void> {
    await this.#journal.reopen();
    this.#changes.clear();
  }

  /** A write of the journal has failed: nothing more is appended until it has been reopened. */
  get poisoned(): boolean {
    return this.#journal.poisoned !== null;
  }

  /** A number nobody else of this process gets, also before its `open` is on record. */
  nextTx(): TxId {
    this.#lastTx = Math.max(this.state.nextTx, this.#lastTx + 1);
    return this.#lastTx.toString(36);
  }

  /** Unique within the transaction, also after a restart: temporaries and nonces carry it. */
  nextChangeId(tx: TxId): ChangeId {
    const next = (this.#changes.get(tx) ?? this.#intended(tx)) + 1;
    this.#changes.set(tx, next);
    return `${tx}-${next.toString(36)}`;
  }

  /** The highest number an intent of this transaction carries. */
  #intended(tx: TxId): number {
    const ids = this.state.open.get(tx)?.intents.flatMap((intent) => intent.changes.map((change) => change.id)) ?? [];
    return Math.max(0, ...ids.map((id) => Number.parseInt(id.slice(id.lastIndexOf('-') + 1), 36)));
  }

  /** Room for that many bytes of records, or an error before anything is mutated. */
  reserve(bytes: number): Promise<void> {
    return this.#journal.reserve(bytes);
  }

  /** Begins a new journal from the state's checkpoint. Only with no transaction open. */
  async checkpoint(force = false): Promise<boolean> {
    if (this.state.open.size > 0 || (!force && !this.#journal.wantsCheckpoint)) return false;
    return this.#journal.rewrite(() => this.state.toCheckpoint());
  }
}
