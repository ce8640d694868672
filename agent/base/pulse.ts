/** Whether the writer of the engine makes progress: what the watchdog of systemd asks, besides the event loop. */
import type { Clock } from './clock.ts';

/** One turn of the writer is a wave of short applies and an fsync; longer than this it hangs. */
const stuckMs = 60_000;

export class Pulse {
  readonly #clock: Clock;
  readonly #turn: () => Promise<void>;
  #askedAt: number | null = null;

  constructor(clock: Clock, turn: () => Promise<void>) {
    this.#clock = clock;
    this.#turn = turn;
  }

  /** Asks for a turn unless one is asked for already; false when that one has not come for too long. */
  beats(): boolean {
    const now = this.#clock.monotonic();
    if (this.#askedAt !== null) return now - this.#askedAt < stuckMs;
    this.#askedAt = now;
    const answered = (): void => {
      this.#askedAt = null;
    };
    this.#turn().then(answered, answered);
    return true;
  }
}
