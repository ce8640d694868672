/** One transaction as the journal knows it: a fold of its records, the same for the live engine and for replay. */
import type { Address, Change, ChangeId, Draft, Owned, State } from '../resources/kind.ts';
import type { Instant } from '../base/clock.ts';
import type { Accepted, EffectRecord, JournalRecord, OpenTransaction, TxCause, TxId } from './records.ts';

type Of<T extends JournalRecord['t']> = Extract<JournalRecord, { t: T }>;
export type Writer = OpenTransaction['writer'];

export class Transaction implements OpenTransaction {
  readonly tx: TxId;
  readonly cause: TxCause;
  readonly identity?: Accepted;
  readonly undoes?: TxId;
  readonly at: Instant;
  readonly drafts: readonly Draft<unknown>[];
  readonly intents: { readonly wave: number; readonly changes: readonly Change<unknown>[] }[] = [];
  readonly done = new Map<ChangeId, string>();
  readonly effects = new Map<string, EffectRecord>();
  readonly cleaned = new Set<ChangeId>();
  readonly before = new Map<Address, Owned<unknown> | null>();
  verdict: OpenTransaction['verdict'] = null;
  attempts = 0;
  bootId: string;
  /** The one before the last start that found this transaction open. */
  #bootBefore: string;
  writer: Writer;
  readonly #changes = new Map<ChangeId, Change<unknown>>();
  readonly #firstFrom = new Map<Address, State<unknown>>();

  constructor(record: Of<'open'>, writer: Writer) {
    this.tx = record.tx;
    this.cause = record.cause;
    if (record.identity !== undefined) this.identity = record.identity;
    if (record.undoes !== undefined) this.undoes = record.undoes;
    this.at = record.at;
    this.drafts = record.drafts;
    this.bootId = record.bootId;
    this.#bootBefore = record.bootId;
    this.writer = writer;
  }

  /** A bad verdict undoes these; a repair stays. */
  get undoable(): boolean {
    return this.cause === 'generation' || this.cause === 'renewal' || this.cause === 'override';
  }

  /** Judged on its own addresses only; a generation is judged on everything since the last-known-good. */
  get maintenance(): boolean {
    return this.cause === 'renewal' || this.cause === 'override' || this.cause === 'repair';
  }

  /** A wave is about to happen. A change that was not meant before counts as progress. */
  intend(record: Of<'intent'>, bootId: string, writer: Writer): void {
    this.intents.push({ wave: record.wave, changes: record.changes });
    for (const change of record.changes) {
      // Meant again after a restart: no progress yet.
      if (!this.#changes.has(change.id)) this.attempts = 0;
      this.#changes.set(change.id, change);
      if (!this.#firstFrom.has(change.address)) this.#firstFrom.set(change.address, change.from);
    }
    this.bootId = bootId;
    this.#bootBefore = bootId;
    this.writer = newest(this.writer, writer);
  }

  /** A start found it open: what is found done was done before, what is done from now on in this boot. */
  attempted({ bootId }: Of<'attempt'>): void {
    this.attempts += 1;
    this.#bootBefore = this.bootId;
    this.bootId = bootId;
  }

  /** `found`: seen after a restart to have happened, so it counts for the boot of the start before. */
  finished(id: ChangeId, found: boolean): void {
    this.done.set(id, found ? this.#bootBefore : this.bootId);
    this.attempts = 0;
  }

  /** The temporaries of this change are gone. */
  cleanedUp(id: ChangeId): void {
    this.cleaned.add(id);
    this.attempts = 0;
  }

  /** An effect has an outcome; a later one replaces it. */
  effected({ key, outcome, bootId, reason }: Of<'effect'>): void {
    this.effects.set(key, { outcome, bootId, ...(reason !== undefined && { reason }) });
    this.attempts = 0;
  }

  /** The verdict; a later one replaces it. */
  judge({ outcome, reason }: Of<'verdict'>): void {
    this.verdict = { outcome, ...(reason !== undefined && { reason }) };
    this.attempts = 0;
  }

  /** Remembers the row as it was before this transaction; only the first counts. */
  remember(address: Address, owned: Owned<unknown> | null, from?: State<unknown>): void {
    if (!this.before.has(address)) this.before.set(address, owned);
    if (from !== undefined && !this.#firstFrom.has(address)) this.#firstFrom.set(address, from);
  }

  /** As it was last meant. */
  change(id: ChangeId): Change<unknown> | undefined {
    return this.#changes.get(id);
  }

  /** What was there when this transaction first meant to change the address; undefined: it never did. */
  firstFrom(address: Address): unknown {
    return this.#firstFrom.get(address);
  }
}

function newest(a: Writer, b: Writer): Writer {
  const kinds: Record<string, number> = { ...a.kinds };
  let newer = false;
  for (const [kind, version] of Object.entries(b.kinds)) {
    if (version < (kinds[kind] ?? 0)) continue;
    newer ||= version > (kinds[kind] ?? 0);
    kinds[kind] = version;
  }
  return { agent: newer ? b.agent : a.agent, kinds };
}
