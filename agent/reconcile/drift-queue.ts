/** Which addresses may have drifted, and when each has rested long enough to be looked at. */
import type { Address } from '../resources/kind.ts';

export class DriftQueue {
  /** Address → monotonic time at which it is due, and at which it is due however often it is hinted at. */
  readonly #due = new Map<Address, { readonly at: number; readonly latest: number }>();
  #everythingAt: number | null = null;

  /** A later hint restarts the rest: a thing still being written is left in peace, but not for ever. */
  add(address: Address, now: number, settleMs: number): void {
    const latest = this.#due.get(address)?.latest ?? now + 2 * settleMs;
    this.#due.set(address, { at: Math.min(now + settleMs, latest), latest });
  }

  /** It may have drifted, and has not been looked at since. */
  has(address: Address): boolean {
    return this.#due.has(address);
  }

  /** A look at everything, due at this monotonic time; an earlier one stays. */
  everything(at: number): void {
    this.#everythingAt = Math.min(at, this.#everythingAt ?? at);
  }

  /** Milliseconds until something is due; null: nothing is queued. */
  dueIn(now: number): number | null {
    const times = [
      ...this.#due.values().map(({ at }) => at),
      ...(this.#everythingAt === null ? [] : [this.#everythingAt]),
    ];
    return times.length === 0 ? null : Math.max(0, Math.min(...times) - now);
  }

  /** What is due now, taken out. 'everything' takes all. */
  take(now: number): ReadonlySet<Address> | 'everything' | null {
    if (this.#everythingAt !== null && this.#everythingAt <= now) {
      this.#everythingAt = null;
      this.#due.clear();
      return 'everything';
    }
    const due = [...this.#due].filter(([, { at }]) => at <= now).map(([address]) => address);
    for (const address of due) this.#due.delete(address);
    return due.length === 0 ? null : new Set(due);
  }

  get empty(): boolean {
    return this.#due.size === 0 && this.#everythingAt === null;
  }
}
