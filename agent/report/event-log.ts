/**
 * The event log of this node: what happened, kept through restarts, reboots and crashes.
 *
 * INVARIANTS
 * 1. `emit` returns at once and never throws; the disk is written behind it, one batch after another.
 * 2. A number is given to an event when its batch is written, and only a durable event is shown to anyone: no reader
 *    ever saw an event that a crash takes back, so no number is ever used twice.
 * 3. What cannot be kept is told: a full queue, damage and rotation leave a `Gap`.
 * 4. On disk it is at most `segments` × `segmentBytes`.
 */
import type { Clock } from '../base/clock.ts';
import { asKeelsonError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { FileSystem } from '../../hostfs/filesystem.ts';
import { reportError } from './errors.ts';
import { readEvents } from './event-reader.ts';
import { boundedLine, safeDraft } from './event-text.ts';
import { EventTail } from './event-tail.ts';
import type { EventDraft, EventRecord, EventSink, EventType } from './events.ts';

/**
 * `segmentBytes` is 2 MiB and `segments` 4 unless told otherwise. `log` hears what the event log itself cannot keep.
 */
export interface EventLogOptions {
  readonly fs: FileSystem;
  readonly folder: string;
  readonly clock: Clock;
  readonly bootId: string;
  readonly log: Log;
  readonly newLogId: () => string;
  /** Hears what has become durable, in order. Must not throw. */
  readonly kept?: (events: readonly EventRecord[]) => void;
  readonly segmentBytes?: number;
  readonly segments?: number;
}

/** What comes within this time is written together. */
const BATCH_MS = 20;
/** Events that wait for the disk; more leave a Gap. */
const LONGEST_QUEUE = 4_096;
/** A batch, so that a long queue does not become one write: events, and bytes. */
const LARGEST_BATCH = 512;
const LARGEST_WRITE = 256 * 1024;
/** Newest events kept in memory, for followers that keep up. */
const RECENT = 256;
const RETRY_FIRST_MS = 1_000;
const RETRY_LAST_MS = 60_000;

type Waiting = EventDraft & Pick<EventRecord, 'at' | 'bootId'>;

export class EventLog implements EventSink, AsyncDisposable {
  readonly #options: EventLogOptions;
  readonly #tail: EventTail;
  readonly #closing = new AbortController();
  readonly #followers = new Set<() => void>();
  #queue: Waiting[] = [];
  #dropped = 0;
  #closed = false;
  #recent: EventRecord[] = [];
  #writing: Promise<void> | null = null;
  readonly #counts = new Map<EventType, number>();

  private constructor(options: EventLogOptions, tail: EventTail) {
    this.#options = options;
    this.#tail = tail;
  }

  /** Continues what is on disk, or begins. Throws only when the folder itself cannot be used. */
  static async open(options: EventLogOptions): Promise<EventLog> {
    const { fs, folder, log, newLogId, segmentBytes = 2 * 1024 * 1024, segments = 4 } = options;
    const { tail, damage } = await EventTail.open({ fs, folder, newLogId, segmentBytes, segments });
    const events = new EventLog(options, tail);
    if (damage !== null) {
      const reason = reportError('KSN-REPORT-001', damage).toReason();
      log.error('event-log-damaged', damage, { reason });
      events.emit({ type: 'Gap', message: damage, reason });
    }
    return events;
  }

  /** Stays while the log can be continued; with another one numbers begin anew. */
  get logId(): string {
    return this.#tail.logId;
  }

  /** Number of the newest durable event; 0 when there is none. */
  get lastSeq(): number {
    return this.#tail.lastSeq;
  }

  /** Durable events by type, since this process opened the log. */
  get counts(): ReadonlyMap<EventType, number> {
    return this.#counts;
  }

  /** Redacted before it is queued; the number comes with the write (invariant 2). */
  emit(draft: EventDraft): void {
    if (this.#closed) return;
    try {
      if (this.#queue.length >= LONGEST_QUEUE) this.#dropped += 1;
      else this.#queue.push({ ...safeDraft(draft), at: this.#options.clock.now(), bootId: this.#options.bootId });
      this.#writing ??= this.#write();
    } catch (error) {
      this.#options.log.error('event-lost', 'an event could not be taken', { error: asKeelsonError(error) });
    }
  }

  /** Up to `limit` events after `after`, oldest first; see {@link readEvents} for gaps and foreign cursors. */
  async read(after: number, limit: number): Promise<readonly EventRecord[]> {
    const last = this.lastSeq;
    const from = after > last ? 0 : after;
    const [oldest] = this.#recent;
    if (oldest !== undefined && oldest.seq <= from + 1) {
      const newer = this.#recent.slice(this.#recent.findIndex(({ seq }) => seq > from));
      return from >= last ? [] : newer.slice(0, limit);
    }
    return from >= last ? [] : readEvents(this.#options.fs, this.#options.folder, { after: from, limit, last });
  }

  /** Those after `after`, then every new one, until `signal` aborts. A slow reader is not waited for, nor does it lose any. */
  async *follow(after: number, signal: AbortSignal): AsyncGenerator<EventRecord, void, undefined> {
    let cursor = after > this.lastSeq ? 0 : after;
    while (!signal.aborted) {
      const events = await this.read(cursor, RECENT);
      for (const event of events) {
        yield event;
        if (signal.aborted) return;
        cursor = event.seq;
      }
      if (events.length === 0 && !(await this.#changed(cursor, signal))) return;
    }
  }

  /** Resolves when everything emitted so far is durable (or the disk refuses it). */
  async flushed(): Promise<void> {
    while (this.#writing !== null) await this.#writing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    for (const wake of this.#followers) wake();
    await this.flushed();
    this.#closed = true;
    await this.#tail[Symbol.asyncDispose]();
  }

  /** False when there will be no more. */
  #changed(cursor: number, signal: AbortSignal): Promise<boolean> {
    return new Promise((resolve) => {
      const done = (): void => {
        this.#followers.delete(done);
        signal.removeEventListener('abort', done);
        resolve(!signal.aborted && !this.#closing.signal.aborted);
      };
      this.#followers.add(done);
      signal.addEventListener('abort', done, { once: true });
      if (signal.aborted || this.#closing.signal.aborted || this.lastSeq > cursor) done();
    });
  }

  async #write(): Promise<void> {
    let retryMs = RETRY_FIRST_MS;
    await this.#pause(BATCH_MS);
    while (this.#queue.length > 0 || this.#dropped > 0) {
      try {
        await this.#writeBatch();
        retryMs = RETRY_FIRST_MS;
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        const failed = reportError('KSN-REPORT-002', `events wait for the disk: ${why}`, { cause: error });
        this.#options.log.error('events-not-written', failed.message, { error: failed, waiting: this.#queue.length });
        if (this.#closing.signal.aborted) break;
        await this.#pause(retryMs);
        retryMs = Math.min(RETRY_LAST_MS, retryMs * 2);
      }
    }
    this.#writing = null;
  }

  async #writeBatch(): Promise<void> {
    const records: EventRecord[] = [];
    const lines: string[] = [];
    const add = (draft: Waiting): number => {
      const record: EventRecord = { ...draft, logId: this.#tail.logId, seq: this.#tail.lastSeq + 1 + records.length };
      const line = boundedLine(record);
      records.push(record);
      lines.push(line);
      return line.length;
    };
    let bytes = 0;
    for (const draft of this.#queue.slice(0, LARGEST_BATCH)) {
      bytes += add(draft);
      if (bytes >= LARGEST_WRITE) break;
    }
    const taken = records.length;
    // The gap comes after all that was queued before it.
    const dropped = taken === this.#queue.length ? this.#dropped : 0;
    if (dropped > 0) add(this.#gap(dropped));
    await this.#tail.append(lines);
    this.#queue = this.#queue.slice(taken);
    this.#dropped -= dropped;
    for (const { type } of records) this.#counts.set(type, (this.#counts.get(type) ?? 0) + 1);
    this.#recent = [...this.#recent, ...records].slice(-RECENT);
    this.#options.kept?.(records);
    for (const wake of this.#followers) wake();
  }

  #gap(count: number): Waiting {
    const message = `${count} events were lost: they came faster than the disk took them`;
    return {
      type: 'Gap',
      message,
      reason: reportError('KSN-REPORT-003', message).toReason(),
      at: this.#options.clock.now(),
      bootId: this.#options.bootId,
    };
  }

  async #pause(ms: number): Promise<void> {
    await this.#options.clock.sleep(ms, this.#closing.signal).catch(() => {});
  }
}
