/** Tells events as lines while they happen, and knows how far it has come. */
import type { EventLog } from '../report/event-log.ts';
import type { Terminal } from './terminal.ts';
import { widthOf } from './text/columns.ts';
import { progressLine } from './text/events-text.ts';

export class Narrator {
  readonly #events: EventLog;
  readonly #terminal: Terminal;
  #told: number;
  #bell = Promise.withResolvers<void>();

  constructor(events: EventLog, terminal: Terminal) {
    this.#events = events;
    this.#terminal = terminal;
    this.#told = events.lastSeq;
  }

  /** Every event from the making of this on. */
  async tell(signal: AbortSignal): Promise<void> {
    const { palette } = this.#terminal;
    for await (const event of this.#events.follow(this.#told, signal)) {
      this.#terminal.print(progressLine(event, { palette, ...widthOf(this.#terminal) }));
      this.#told = event.seq;
      this.#bell.resolve();
      this.#bell = Promise.withResolvers();
    }
  }

  /** Everything that happened so far is told: what is printed next comes after it. */
  async caughtUp(): Promise<void> {
    await this.#events.flushed();
    const { lastSeq } = this.#events;
    while (this.#told < lastSeq) await this.#bell.promise;
  }
}
