/** Renewals and overrides that are done and whose gates have not held long enough; whoever takes one out judges it. */
import type { TxId } from '../apply/records.ts';

export class Trials {
  readonly #running = new Map<TxId, AbortController>();

  /** Those on trial, in the order in which they began. */
  get all(): readonly TxId[] {
    return [...this.#running.keys()];
  }

  /** What is on trial already begins anew. */
  begin(tx: TxId): AbortSignal {
    this.#running.get(tx)?.abort();
    const stop = new AbortController();
    this.#running.set(tx, stop);
    return stop.signal;
  }

  /** False where somebody else has ended it: no verdict is theirs who come second. */
  end(tx: TxId, signal: AbortSignal): boolean {
    return this.#running.get(tx)?.signal === signal && this.#running.delete(tx);
  }

  /** Its verdict is the caller's. False: it is not on trial. */
  supersede(tx: TxId): boolean {
    this.#running.get(tx)?.abort();
    return this.#running.delete(tx);
  }

  /** All of them stop without a verdict; the answer says which. */
  interrupt(): readonly TxId[] {
    const stopped = this.all;
    for (const stop of this.#running.values()) stop.abort();
    this.#running.clear();
    return stopped;
  }
}
