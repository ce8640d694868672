/**
 * Repairs that are done but for an effect that failed. Their transaction stays open, so that no crash forgets what
 * is owed, and the effect is tried again, ever more rarely; until then the node is not well.
 */
import { backoffStep } from '../base/backoff.ts';
import type { TxId } from '../apply/records.ts';

const RETRY = { baseMs: 5_000, factor: 2, capMs: 10 * 60_000, jitter: 0 } as const;

export class Debts {
  /** At which monotonic time each is tried again. */
  readonly #open = new Map<TxId, { readonly at: number; readonly tries: number }>();

  has(tx: TxId): boolean {
    return this.#open.has(tx);
  }

  add(tx: TxId, at: number): void {
    const tries = this.#open.get(tx)?.tries ?? 0;
    this.#open.set(tx, { at: at + backoffStep(RETRY, tries), tries: tries + 1 });
  }

  delete(tx: TxId): void {
    this.#open.delete(tx);
  }

  due(at: number): readonly TxId[] {
    return [...this.#open].filter(([, debt]) => debt.at <= at).map(([tx]) => tx);
  }

  /** Milliseconds until one is due. */
  dueIn(at: number): number {
    return Math.max(0, Math.min(...[...this.#open.values()].map((debt) => debt.at)) - at);
  }
}
