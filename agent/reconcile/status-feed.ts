/** The status as last drawn, and everybody who follows it. */
import type { NodeStatus } from '../report/status.ts';

const asleep = (): void => {};

export class StatusFeed {
  readonly #draw: (before: NodeStatus | null) => NodeStatus;
  readonly #publish: (status: NodeStatus) => void;
  #last: NodeStatus | null = null;
  readonly #waiters = new Set<() => void>();

  /** `draw` is given the status before; `publish` hears of each. */
  constructor(draw: (before: NodeStatus | null) => NodeStatus, publish: (status: NodeStatus) => void) {
    this.#draw = draw;
    this.#publish = publish;
  }

  /** As last published. */
  get current(): NodeStatus {
    return this.#last ?? this.publish();
  }

  /** Draws anew, hands it out, and wakes whoever follows. */
  publish(): NodeStatus {
    this.#last = this.#draw(this.#last);
    this.#publish(this.#last);
    for (const wake of this.#waiters) wake();
    this.#waiters.clear();
    return this.#last;
  }

  /** The status now, then after every newer one the newest. */
  async *watch(signal: AbortSignal): AsyncIterable<NodeStatus> {
    // One promise a wait, let go of by both: a race with a long-lived one would keep a reaction for every status.
    let wake = asleep;
    const onAbort = (): void => wake();
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      while (!signal.aborted) {
        const next = new Promise<void>((resolve) => {
          wake = resolve;
        });
        this.#waiters.add(wake);
        yield this.current;
        if (!signal.aborted) await next;
        this.#waiters.delete(wake);
      }
    } finally {
      this.#waiters.delete(wake);
      signal.removeEventListener('abort', onAbort);
    }
  }
}
