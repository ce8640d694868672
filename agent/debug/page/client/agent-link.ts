/**
 * The conversation with the agent: one stream of events and statuses, and a question now and then whether it still
 * answers. An agent that hangs holds its connections open, so a silent stream proves nothing.
 *
 * A browser has six connections to one place for all its tabs: a page that nobody looks at gives its stream back, and
 * only asks.
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
  #stream: EventSource | null = null;
  #retry: number | undefined;
  #isWatched: boolean;
  /** Statuses that the stream brought: one that was asked for before the newest of them is not told. */
  #statuses = 0;

  /** `isWatched`: somebody looks at the page. */
  constructor(listener: AgentListener, cursor: string, isWatched: boolean) {
    this.#listener = listener;
    this.#cursor = cursor;
    this.#isWatched = isWatched;
    if (isWatched) this.#open();
    setInterval(() => void this.#check(), checkMs);
  }

  /** Somebody looks at the page now, or nobody does any more. */
  watch(isWatched: boolean): void {
    if (isWatched === this.#isWatched) return;
    this.#isWatched = isWatched;
    if (isWatched) this.#open();
    else this.#close();
  }

  /** Something of the agent's could not be had: nothing here counts as fresh until it is heard again. */
  lose(): void {
    this.#close();
    this.#listener.lost();
    // By hand: a browser tries again by itself where a connection broke, and not where it was refused.
    this.#retry = setTimeout(() => (this.#isWatched ? this.#open() : void this.#check()), retryMs);
  }

  async #check(): Promise<void> {
    const before = this.#statuses;
    try {
      const status = await ask<NodeStatus>('/v1/status');
      // Where there is to be a stream, it says by itself when it stands again.
      const isHeard = !this.#isWatched || this.#stream?.readyState === EventSource.OPEN;
      if (isHeard && before === this.#statuses) this.#listener.heard(status);
    } catch {
      this.lose();
    }
  }

  #close(): void {
    clearTimeout(this.#retry);
    this.#stream?.close();
    this.#stream = null;
  }

  #open(): void {
    this.#close();
    const stream = new EventSource(`/v1/events?after=${encodeURIComponent(this.#cursor)}`);
    this.#stream = stream;
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
  }
}
