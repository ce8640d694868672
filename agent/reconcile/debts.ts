/**
 * Repairs that are done but for an effect that failed, and what has a bad verdict and is to be undone. Their
 * transaction stays open, so that no crash forgets what is owed, and the effect is tried again, ever more rarely; until
 * then the node is not well.
 */
import { backoffStep } from '../base/backoff.ts';
import type { TxId } from '../apply/records.ts';

const RETRY = { baseMs: 5_000, factor: 2, capMs: 10 * 60_000, jitter: 0 } as const;

export class Debts {
  /** At which monotonic time each is tried again. */
  readonly #open = new Map<TxId, { readonly at: number; readonly tries: number }>();

  /** It waits for its next try. */
  has(tx: TxId): boolean {
    const debt = this.#open.get(tx);
    return debt !== undefined && debt.tries > 0 && debt.at !== Number.POSITIVE_INFINITY;
  }

  /** It is being tried: due when that has failed. */
  trying(tx: TxId): void {
    const debt = this.#open.get(tx);
    if (debt !== undefined) this.#open.set(tx, { ...debt, at: Number.POSITIVE_INFINITY });
  }

  /** Due at once. */
  begin(tx: TxId, at: number): void {
    this.#open.set(tx, { at, tries: 0 });
  }

  /** A try has failed at this monotonic time: the next after 5 s, then twice as long each time, up to ten minutes. */
  add(tx: TxId, at: number): void {
    const tries = this.#open.get(tx)?.tries ?? 0;
    this.#open.set(tx, { at: at + backoffStep(RETRY, tries), tries: tries + 1 });
  }

  /** Nothing is owed any more. */
  delete(tx: TxId): void {
    this.#open.delete(tx);
  }

  /** Those whose next try is due at this monotonic time. */
  due(at: number): readonly TxId[] {
    return [...this.#open].filter(([, debt]) => debt.at <= at).map(([tx]) => tx);
  }

  /** Milliseconds until one is due of those that may be tried now. */
  dueIn(at: number, mayTry: (tx: TxId) => boolean): number {
    const times = [...this.#open].flatMap(([tx, debt]) => (mayTry(tx) ? [debt.at] : []));
    return Math.max(0, Math.min(...times) - at);
  }
}
