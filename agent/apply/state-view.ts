/** The engine's state as everybody but the journal sees it. */
import type { Address, Owned } from '../resources/kind.ts';
import type {
  Accepted,
  BaseRow,
  Blocked,
  Checkpoint,
  JournalRecord,
  OpenTransaction,
  Override,
  RepairCount,
  TxId,
} from './records.ts';

export type Header = Omit<Extract<JournalRecord, { t: 'header' }>, 't'>;

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
