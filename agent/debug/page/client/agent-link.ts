/**
 * The conversation with the agent: one stream of events and statuses, and a question now and then whether it still
 * answers. An agent that hangs holds its connections open, so a silent stream proves nothing.
 */
import type { NodeStatus } from '../../../report/status.ts';
import { ask } from './ask.ts';

/** Told in order. `lost` comes as soon as it can be known; `heard` ends it. */
export interface AgentListener {
  /** The agent has answered: this is how the node is, now. */
  heard(status: NodeStatus): void;
  /** As it came, for whoever shows it to read: of thousands that come at once most are never shown. */
  event(seq: number, text: string): void;
  lost(): void;
  /** The events are of another log now: what was shown of them is no more. */
  reset(): void;
}

const checkMs = 10_000;
const retryMs = 2_000;

export class AgentLink {
  readonly #listener: AgentListener;
  /** `1234@LOG`, as the stream gives it. */
  #cursor: string;
  #stream: EventSource;
  #retry: number | undefined;
  /** Statuses that the stream brought: one that was asked for before the newest of them is not told. */
  #statuses = 0;

  constructor(listener: AgentListener, cursor: string) {
    this.#listener = listener;
    this.#cursor = cursor;
    this.#stream = this.#open();
    setInterval(() => void this.check(), checkMs);
  }

  /** Asks now, not at the next turn: the machine may have slept. */
  async check(): Promise<void> {
    const before = this.#statuses;
    try {
      const status = await ask<NodeStatus>('/v1/status');
      const isOpen = this.#stream.readyState === EventSource.OPEN;
      if (isOpen && before === this.#statuses) this.#listener.heard(status);
    } catch {
      this.lose();
    }
  }

  /** Something of the agent's could not be had: nothing here counts as fresh until it is heard again. */
  lose(): void {
    this.#stream.close();
    this.#listener.lost();
    clearTimeout(this.#retry);
    // By hand: a browser tries again by itself where a connection broke, and not where it was refused.
    this.#retry = setTimeout(() => (this.#stream = this.#open()), retryMs);
  }

  #open(): EventSource {
    const stream = new EventSource(`/v1/events?after=${encodeURIComponent(this.#cursor)}`);
    stream.addEventListener('message', ({ data, lastEventId }: MessageEvent<string>) => {
      this.#cursor = lastEventId;
      this.#listener.event(Number.parseInt(lastEventId, 10), data);
    });
    stream.addEventListener('status', ({ data }: MessageEvent<string>) => {
      this.#statuses += 1;
      this.#listener.heard(JSON.parse(data) as NodeStatus);
    });
    stream.addEventListener('reset', () => this.#listener.reset());
    stream.addEventListener('error', () => {
      if (stream === this.#stream) this.lose();
    });
    return stream;
  }
}
