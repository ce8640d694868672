/**
 * Events as entries of the journal of systemd, in its native protocol: fields that `journalctl` selects by, where a line
 * of text would have to be taken apart again. It is told what is durable in the event log and nothing else, so an entry
 * and an event have one number.
 */
import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import { Repeats } from '../base/repeats.ts';
import { EVENT_KINDS } from './event-kinds.ts';
import type { EventRecord } from './events.ts';

/** Where journald listens; the same path on every host. */
export const JOURNAL_SOCKET = '/run/systemd/journal/socket';

export interface EventJournalOptions {
  /** One datagram to {@link JOURNAL_SOCKET}. False: nobody listens, or the queue is full. */
  readonly send: (entry: Uint8Array) => boolean;
  readonly clock: Clock;
  readonly log: Log;
}

/** A datagram has an end, and what is longer would need a memfd: an event is nothing that long. */
const LONGEST_VALUE = 8_192;

/** A generation changes thousands of things at once, and the queue of journald's socket holds some hundreds. */
const LONGEST_QUEUE = 8_192;
const RETRY_MS = 50;
/** Then nobody reads there. */
const PATIENCE_MS = 5_000;

/** Repeats about one address are told with a count, as the log does; what a person asked for is told each time. */
export class EventJournal implements Disposable {
  readonly #options: EventJournalOptions;
  readonly #repeats: Repeats;
  readonly #closing = new AbortController();
  #queue: Uint8Array[] = [];
  #sending: Promise<void> | null = null;

  constructor(options: EventJournalOptions) {
    this.#options = options;
    this.#repeats = new Repeats(options.clock);
  }

  /** Never throws, never waits. */
  tell(events: readonly EventRecord[]): void {
    for (const event of events) {
      const { type, address, message } = event;
      const tell = (repeated?: number): void => this.#send(event, repeated);
      const key = [type, address ?? message].join('\0');
      if (event.by !== undefined || this.#repeats.admit(key, tell)) tell();
    }
  }

  /** Tells the repeats that are still held back; what journald does not take now it never gets. */
  [Symbol.dispose](): void {
    this.#repeats[Symbol.dispose]();
    this.#closing.abort();
    this.#flush();
  }

  #send(event: EventRecord, repeated: number | undefined): void {
    if (this.#queue.length < LONGEST_QUEUE) this.#queue.push(journalEntry(event, repeated));
    else this.#lost(1);
    if (this.#sending === null && !this.#flush()) this.#sending = this.#retry();
  }

  /** In order, until one is not taken. */
  #flush(): boolean {
    const refused = this.#queue.findIndex((entry) => !this.#options.send(entry));
    this.#queue = refused === -1 ? [] : this.#queue.slice(refused);
    return refused === -1;
  }

  async #retry(): Promise<void> {
    const { clock } = this.#options;
    let end = clock.monotonic() + PATIENCE_MS;
    while (!this.#closing.signal.aborted && clock.monotonic() < end) {
      await clock.sleep(RETRY_MS, this.#closing.signal).catch(() => {});
      const before = this.#queue.length;
      if (this.#flush()) break;
      if (this.#queue.length < before) end = clock.monotonic() + PATIENCE_MS;
    }
    if (this.#queue.length > 0) this.#lost(this.#queue.length);
    this.#queue = [];
    this.#sending = null;
  }

  #lost(entries: number): void {
    const { log } = this.#options;
    log.warn('journal-entry-lost', 'the journal did not take events; keelson events has them', { entries });
  }
}

/** `repeated`: how many it stands for. */
export function journalEntry(event: EventRecord, repeated?: number): Uint8Array {
  const { id, priority } = EVENT_KINDS[event.type];
  const { generation, reason } = event;
  const slash = generation?.lastIndexOf('/') ?? -1;
  const code = reason === undefined ? '' : ` [${reason.code}]`;
  const fields: readonly (readonly [string, string | number | undefined])[] = [
    ['MESSAGE', `${event.message}${code}`],
    ['PRIORITY', priority],
    ['MESSAGE_ID', id],
    ['SYSLOG_IDENTIFIER', 'keelson'],
    ['KEELSON_EVENT', event.type],
    ['KEELSON_SEQ', event.seq],
    ['KEELSON_LOG', event.logId],
    ['KEELSON_SERIES', slash > 0 ? generation?.slice(0, slash) : undefined],
    ['KEELSON_GENERATION', slash > 0 ? generation?.slice(slash + 1) : undefined],
    ['KEELSON_ADDRESS', event.address],
    ['KEELSON_CODE', reason?.code],
    ['KEELSON_NEXT', reason?.remedy],
    ['KEELSON_TX', event.tx],
    ['KEELSON_BY', event.by],
    ['KEELSON_REASON', event.reasonGiven],
    ['KEELSON_REPEATED', repeated],
  ];
  return Buffer.concat(fields.flatMap(([name, value]) => (value === undefined ? [] : [field(name, String(value))])));
}

/** `NAME=value`, or where that has a line feed, the name, the length in 64 bits little-endian, and the bytes. */
function field(name: string, value: string): Uint8Array {
  const text = value.length > LONGEST_VALUE ? `${value.slice(0, LONGEST_VALUE)}…` : value;
  if (!text.includes('\n')) return Buffer.from(`${name}=${text}\n`);
  const bytes = Buffer.from(text);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(bytes.length));
  return Buffer.concat([Buffer.from(`${name}\n`), length, bytes, Buffer.from('\n')]);
}
