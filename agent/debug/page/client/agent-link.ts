/**
 * The conversation with the agent: one stream of events and statuses, and a question now and then whether it still
 * answers. An agent that hangs holds its connections open, so a silent stream proves nothing.
 *
 * A browser has six connections to one place for all its tabs: a page that nobody looks at gives its stream back, and
 * only asks. An agent serves so many streams and no more: a page that has none asks too, for a stream first of all.
 */
import type { EventRecord } from '../../../report/events.ts';
import type { NodeStatus } from '../../../report/status.ts';
import { ask } from './ask.ts';

/** Told in order. `lost` comes as soon as it can be known; `heard` ends it. */
export interface AgentListener {
  /** The agent has answered: this is how the node is, now. */
  heard(status: NodeStatus): void;
  /** The same where the agent has no stream for this page: the next comes when it is asked again. */
  polled(status: NodeStatus): void;
  /** As it came, for whoever shows it to read: of thousands that come at once most are never shown. */
  event(seq: number, text: string): void;
  lost(): void;
  /** The events are of another log now: what was shown of them is no more. */
  reset(): void;
}

const checkMs = 10_000;
/** As many as a page shows. */
const polledEvents = 50;
const retryMs = 2_000;

export class AgentLink {
  readonly #listener: AgentListener;
  /** `1234@LOG`, as the stream gives it. */
  #cursor: string;
  #stream: EventSource | null = null;
  #retry: number | undefined;
  #isWatched: boolean;
  /** The agent answers, and not with a stream. */
  #isRefused = false;
  /** Statuses that the stream brought: one that was asked for before the newest of them is not told. */
  #statuses = 0;

  /** `isWatched`: somebody looks at the page. */
  constructor(listener: AgentListener, cursor: string, isWatched: boolean) {
    this.#listener = listener;
    this.#cursor = cursor;
    this.#isWatched = isWatched;
    if (isWatched) this.#open();
    setInterval(() => void this.check(), checkMs);
  }

  /** Somebody looks at the page now, or nobody does any more. */
  watch(isWatched: boolean): void {
    if (isWatched === this.#isWatched) return;
    this.#isWatched = isWatched;
    this.#isRefused = false;
    if (isWatched) this.#open();
    else this.#close();
  }

  /** Something of the agent's could not be had: nothing here counts as fresh until it is heard again. */
  lose(): void {
    this.#close();
    this.#isRefused = false;
    this.#listener.lost();
    // By hand: a browser tries again by itself where a connection broke, and not where it was refused.
    this.#retry = setTimeout(() => (this.#isWatched ? this.#open() : void this.check()), retryMs);
  }

  /** Whether it still answers, and how the node is. */
  async check(): Promise<void> {
    const before = this.#statuses;
    try {
      const isPolled = this.#isRefused;
      const [status, events] = await Promise.all([
        ask<NodeStatus>('/v1/status'),
        isPolled ? ask<readonly EventRecord[]>(`/v1/events?limit=${polledEvents}`) : [],
      ]);
      if (isPolled) {
        // Meanwhile nobody looks, or a stream was had, which tells all of it.
        if (!this.#isRefused) return;
        this.#takePolled(events);
        if (before === this.#statuses) this.#listener.polled(status);
        this.#open();
        return;
      }
      // Where there is to be a stream, it says by itself when it stands again.
      const isHeard = !this.#isWatched || this.#stream?.readyState === EventSource.OPEN;
      if (isHeard && before === this.#statuses) this.#listener.heard(status);
    } catch {
      this.lose();
    }
  }

  #takePolled(events: readonly EventRecord[]): void {
    const [last = '', logId = ''] = this.#cursor.split('@', 2);
    if (logId !== '' && events.some((event) => event.logId !== logId)) return this.#listener.reset();
    for (const event of events) {
      if (event.seq <= Number(last)) continue;
      this.#cursor = `${event.seq}@${event.logId}`;
      this.#listener.event(event.seq, JSON.stringify(event));
    }
  }

  #close(): void {
    clearTimeout(this.#retry);
    this.#stream?.close();
    this.#stream = null;
  }

  /** Somebody answers: whether that is the agent, the next question shows. */
  #refused(): void {
    this.#close();
    const isNews = !this.#isRefused;
    this.#isRefused = true;
    if (isNews) void this.check();
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
    stream.addEventListener('open', () => {
      if (stream === this.#stream) this.#isRefused = false;
    });
    stream.addEventListener('error', () => {
      if (stream !== this.#stream) return;
      // A browser gives up by itself where something else than a stream was answered, and only there.
      if (stream.readyState === EventSource.CLOSED) this.#refused();
      else this.lose();
    });
  }
}
