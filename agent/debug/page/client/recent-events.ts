/** The newest events, as they came, at most a page of them: what a stream of thousands leaves behind. */
import type { EventRecord } from '../../../report/events.ts';

export class RecentEvents {
  readonly #most: number;
  #texts: string[] = [];
  #last = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** Number of the newest; 0 when there is none. */
  get last(): number {
    return this.#last;
  }

  /** One that is here already is not taken twice. */
  add(seq: number, text: string): void {
    if (seq <= this.#last) return;
    this.#last = seq;
    this.#texts.push(text);
    // Now and then, not each time: it moves all that stay.
    if (this.#texts.length >= 2 * this.#most) this.#texts = this.#texts.slice(-this.#most);
  }

  /** Oldest first. */
  newest(count: number): readonly EventRecord[] {
    return this.#texts.slice(-Math.min(count, this.#most)).map((text) => JSON.parse(text) as EventRecord);
  }
}
