/** Whether the writer of the engine makes progress: what the watchdog of systemd asks, besides the event loop. */
import type { Clock } from './clock.ts';
import type { TurnObserver } from './serial-runner.ts';

/** One turn of the writer is a wave of short applies and an fsync; longer than this it hangs. */
const stuckMs = 60_000;

/** Of the runner that it observes. It looks at the turn that runs and asks for none: the first answer is as true as any. */
export class Pulse implements TurnObserver {
  readonly #clock: Clock;
  #begunAt: number | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  began(): void {
    this.#begunAt = this.#clock.monotonic();
  }

  ended(): void {
    this.#begunAt = null;
  }

  /** False when one turn has lasted too long. A runner with nothing to do hangs in nothing. */
  beats(): boolean {
    return this.#begunAt === null || this.#clock.monotonic() - this.#begunAt < stuckMs;
  }
}
