/**
 * The journal's records. `*` = fsynced before the next step (group commit: one append and fsync for a batch).
 * JSON inside a frame of length and CRC32C. Nothing here holds a secret or an unkeyed digest of one.
 */
import type { Reason } from '../base/errors.ts';
import type { Instant } from '../base/clock.ts';
import type { Facts } from '../desired/facts.ts';
import type { Address, Change, Draft, Fingerprint, Owned, State } from '../resources/kind.ts';

export const JOURNAL_FORMAT = 1;
/** Base-36, grows by one per transaction, for ever. */
export type TxId = string;
export type TxCause = 'generation' | 'repair' | 'renewal' | 'override' | 'rollback' | 'leave';
export type Outcome = 'good' | 'bad' | 'superseded';
/** left: it failed as often as a rollback tries what only the failed generation has. */
export type EffectOutcome = 'ok' | 'skipped' | 'left';

/** What became of an owed effect, and in which boot. */
export interface EffectRecord {
  readonly outcome: EffectOutcome;
  readonly bootId: string;
  /** Why it did not run. */
  readonly reason?: Reason;
}

/** The identity of an accepted spec with what was resolved at accept. */
export interface Accepted {
  readonly series: string;
  readonly generation: number;
  readonly digest: string;
  readonly facts: Facts;
  readonly at: Instant;
  readonly signers: readonly string[];
  readonly source: string;
  /** Version of the agent whose schemas and kinds it passed; another one checks it again before it reads it. */
  readonly checkedBy?: string;
}

/** An override of one address or of everything. */
export interface Override {
  readonly id: string;
  /** null = the whole node (`hold --all`). */
  readonly address: Address | null;
  readonly kind: 'hold' | 'patch';
  /** On record only the fingerprint of its JSON, which lies in the store of bytes: it may hold a secret. */
  readonly patch?: unknown;
  readonly by: string;
  readonly reason: string;
  readonly since: Instant;
  /** Mandatory. */
  readonly expires: Instant;
  /** Run-time only: dies with this boot. */
  readonly bootId?: string;
}

/** What an address was at the last-known-good, kept for the rollback. */
export interface BaseRow {
  readonly address: Address;
  /** The earliest `from` since the LKG. */
  readonly from: State<unknown>;
  /** The ledger row at that time; null = not ours then. */
  readonly owned: Owned<unknown> | null;
  /** The transaction that changed it first. */
  readonly tx: TxId;
}

/** Where damping stands with one address; the rules are in `damping.ts`. */
export interface RepairCount {
  readonly address: Address;
  /** Wall times of the repairs inside the damping window. */
  readonly times: readonly Instant[];
  /** 0 = not contended; n = n-th backoff step. */
  readonly step: number;
  /** No repair before this. */
  readonly notBefore: Instant;
  /** A renewal was undone for this; drift is put back all the same. */
  readonly because?: Reason;
  /** Who probably writes there too, in words; a name, never what was found. */
  readonly writer?: string;
}

/** A generation that is never tried again by itself; `keelson retry` unblocks it. */
export interface Blocked {
  readonly series: string;
  readonly generation: number;
  readonly digest: string;
  readonly reason: Reason;
  readonly at: Instant;
  /** Effects that its rollback gave up: a person runs them, where that still matters. */
  readonly left?: readonly Reason[];
}

/** Everything that outlives a transaction; written only with none open. */
export interface Checkpoint {
  readonly ledger: readonly Owned<unknown>[];
  /** Rows changed since the LKG. */
  readonly base: readonly BaseRow[];
  readonly blocked: readonly Blocked[];
  readonly overrides: readonly Override[];
  readonly repairs: readonly RepairCount[];
  /** Newest accepted per series, kept for ever: the replay guard. */
  readonly accepted: Readonly<Record<string, Accepted>>;
  readonly wanted: Accepted | null;
  readonly lastKnownGood: Accepted | null;
  /** The last-known-good before it: the only target of an unsigned rollback. */
  readonly previousGood: Accepted | null;
  /** The generation whose content the node holds as judged: the newest good one, or the LKG after a rollback. */
  readonly running: Accepted | null;
  readonly nextTx: number;
  readonly safeMode: { readonly since: Instant; readonly reason: Reason } | null;
  /** A rollback that has not come to its end: retried with backoff, never healthy. */
  readonly rollbackIncomplete: Reason | null;
  /** `keelson leave` was carried out: nothing is managed until a newer generation is accepted. */
  readonly left: boolean;
}

export type JournalRecord =
  | {
      readonly t: 'header';
      readonly format: number;
      readonly agent: string;
      readonly kinds: Readonly<Record<string, number>>;
      readonly bootId: string;
      readonly at: Instant;
      /** Of a constant, under the node key: tells whether this key made the fingerprints. */ readonly key?: Fingerprint;
    }
  | { readonly t: 'checkpoint'; readonly checkpoint: Checkpoint }
  | ({ readonly t: 'accept' } & Accepted)
  | {
      readonly t: 'open';
      readonly tx: TxId;
      readonly cause: TxCause;
      readonly identity?: Accepted;
      readonly undoes?: TxId;
      readonly drafts: readonly Draft<unknown>[];
      readonly at: Instant;
      readonly bootId: string;
    }
  /** Staged; owes effects; owns addresses. May repeat an address with a new change id (planned anew after a third state). */
  | { readonly t: 'intent'; readonly tx: TxId; readonly wave: number; readonly changes: readonly Change<unknown>[] }
  /** found: not seen to be done, but found so after a restart. */
  | { readonly t: 'done'; readonly tx: TxId; readonly ids: readonly string[]; readonly found?: true }
  | {
      readonly t: 'effect';
      readonly tx: TxId;
      readonly key: string;
      readonly outcome: EffectOutcome;
      readonly bootId: string;
      readonly reason?: Reason;
    }
  | {
      readonly t: 'verdict';
      readonly tx: TxId;
      readonly outcome: Outcome;
      readonly reason?: Reason;
      readonly at: Instant;
    }
  | { readonly t: 'cleanup'; readonly tx: TxId; readonly id: string }
  /** left: addresses that were left as they are, with why. */
  | {
      readonly t: 'close';
      readonly tx: TxId;
      readonly left: readonly { readonly address: Address; readonly reason: Reason }[];
      readonly at: Instant;
    }
  | { readonly t: 'attempt'; readonly tx: TxId; readonly bootId: string; readonly at: Instant }
  | { readonly t: 'override'; readonly override: Override }
  | { readonly t: 'release'; readonly id: string; readonly by: string; readonly at: Instant }
  | ({ readonly t: 'block' } & Blocked)
  | {
      readonly t: 'unblock';
      readonly digest: string;
      readonly by: string;
      readonly reason: string;
      readonly at: Instant;
    }
  | { readonly t: 'repair'; readonly count: RepairCount }
  /** The ledger row goes, what is there stays. In a transaction that may be undone: `tx`, and `from`: what was observed. */
  | {
      readonly t: 'disown';
      readonly address: Address;
      readonly reason: Reason;
      readonly tx?: TxId;
      readonly from?: State<unknown>;
    }
  /** Rollback found these at their base again (observed), nothing had to be done. */
  | { readonly t: 'undone'; readonly tx: TxId; readonly addresses: readonly Address[] }
  /** The spec says something else of a thing that itself stays as it is. */
  | {
      readonly t: 'refresh';
      readonly rows: readonly Pick<Owned<unknown>, 'address' | 'claims' | 'needs' | 'onRemove'>[];
    }
  | { readonly t: 'safe-mode'; readonly on: boolean; readonly at: Instant; readonly reason?: Reason }
  | { readonly t: 'rollback-incomplete'; readonly reason: Reason | null }
  | { readonly t: 'want'; readonly identity: Accepted; readonly why: string };

/** One transaction as replay finds it. */
export interface OpenTransaction {
  readonly tx: TxId;
  readonly cause: TxCause;
  readonly identity?: Accepted;
  readonly undoes?: TxId;
  readonly at: Instant;
  readonly drafts: readonly Draft<unknown>[];
  /** In order of their intents. */
  readonly intents: readonly { readonly wave: number; readonly changes: readonly Change<unknown>[] }[];
  /** id → the last boot in which it may have been done. */
  readonly done: ReadonlyMap<string, string>;
  /** key → outcome. */
  readonly effects: ReadonlyMap<string, EffectRecord>;
  readonly verdict: { readonly outcome: Outcome; readonly reason?: Reason } | null;
  readonly cleaned: ReadonlySet<string>;
  /** Starts that found this transaction open, without progress since. */
  readonly attempts: number;
  /** The boot in which it was last worked on. */
  readonly bootId: string;
  /** Ledger rows of its addresses before it touched them; null = not ours then. */
  readonly before: ReadonlyMap<Address, Owned<unknown> | null>;
  /** The newest agent that wrote drafts or intents of it, and its state versions. */
  readonly writer: { readonly agent: string; readonly kinds: Readonly<Record<string, number>> };
}
