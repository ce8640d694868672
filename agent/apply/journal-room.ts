/**
 * What of the journal's room is spoken for. Records that only finish what was begun (verdicts, effects, rollbacks)
 * may take everything; what begins something new must leave room for the finish of all that is open, so that a
 * full disk never keeps a rollback from being written.
 */
import type { JournalRecord, TxId } from './records.ts';

/** Verdict, block, close and a few attempts, with reasons. */
const closing = 8 * 1024;

interface Open {
  readonly rollback: boolean;
  bytes: number;
}

export class JournalRoom {
  readonly #reserve: number;
  readonly #open = new Map<TxId, Open>();

  constructor(reserve: number) {
    this.#reserve = reserve;
  }

  /** Transactions under way. */
  get open(): number {
    return this.#open.size;
  }

  /** Bytes that new work must leave free: a rollback says again, in reverse, what its transaction said. */
  get kept(): number {
    let kept = this.#reserve;
    for (const { rollback, bytes } of this.#open.values()) kept += closing + (rollback ? 0 : 2 * bytes);
    return kept;
  }

  /** Told of every record once it is written. */
  count(record: JournalRecord, bytes: number): void {
    if (record.t === 'open') this.#open.set(record.tx, { rollback: record.cause === 'rollback', bytes });
    else if (record.t === 'close') this.#open.delete(record.tx);
    else if (record.t === 'intent') {
      const open = this.#open.get(record.tx);
      if (open !== undefined) open.bytes += bytes;
    }
  }

  /** Finishes or notes, and may take the reserve. */
  finishes(record: JournalRecord): boolean {
    switch (record.t) {
      case 'open':
        return record.cause === 'rollback';
      case 'intent':
        return this.#open.get(record.tx)?.rollback ?? false;
      case 'checkpoint':
      case 'accept':
      case 'override':
      case 'want':
      case 'unblock':
      case 'refresh':
        return false;
      default:
        return true;
    }
  }
}
