/**
 * Events and statuses as a stream for browsers (Server-Sent Events): `id` and `data` for each event, `event: status`
 * for each status, `event: reset` where the log that a reader followed is no more.
 *
 * INVARIANTS
 * 1. A reader that comes back with the last `id` it saw misses no event and sees none twice, whether the connection or
 *    the agent had ended.
 * 2. A status has no `id`: it is the newest when it is sent, and the first one comes at once.
 * 3. What waits for a slow reader is one message of each sort.
 */
import type { Clock } from '../base/clock.ts';
import { SerialRunner } from '../base/serial-runner.ts';
import type { ControlPort } from '../control/port.ts';
import { statuses } from '../control/read-routes.ts';
import type { ResponseStream } from '../control/response-stream.ts';
import { cursorText, type EventCursor } from './event-cursor.ts';

/** Proxies and readers give up on a stream that says nothing. */
const BEAT_MS = 15_000;
/** Until a browser asks again after the end. */
const RETRY_MS = 2_000;

export type StreamSource = Pick<ControlPort, 'engine' | 'events'>;

/** Until the reader goes or the server stops; rejects with anything else that ends it. */
export async function streamEvents(
  source: StreamSource,
  from: EventCursor,
  stream: ResponseStream,
  clock: Clock,
): Promise<void> {
  const ending = new AbortController();
  const signal = AbortSignal.any([stream.signal, ending.signal]);
  const turns = new SerialRunner();
  const write: Write = (piece) => turns.run(() => stream.write(piece));
  const until = async (work: Promise<void>): Promise<void> => {
    try {
      await work;
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      ending.abort();
    }
  };
  const ends = await Promise.allSettled(
    [sendEvents(source, from, write, signal), sendStatuses(source, write, signal), beat(write, clock, signal)].map(
      until,
    ),
  );
  const failed = ends.find((end) => end.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  await stream.end();
}

type Write = (piece: string) => Promise<void>;

async function sendEvents({ events }: StreamSource, from: EventCursor, write: Write, signal: AbortSignal) {
  const { logId } = events;
  const isLost = from.seq > events.lastSeq || (from.logId !== null && from.logId !== logId);
  const after = isLost ? 0 : from.seq;
  await write(`retry: ${RETRY_MS}\n\n`);
  // With an id: who is cut off right after it does not hear it again.
  if (isLost) await write(messageOf('reset', { logId }, cursorText({ seq: 0, logId })));
  for await (const event of events.follow(after, signal)) await write(messageOf(null, event, cursorText(event)));
}

async function sendStatuses(source: StreamSource, write: Write, signal: AbortSignal): Promise<void> {
  for await (const status of statuses(source, signal)) await write(messageOf('status', status, null));
}

async function beat(write: Write, clock: Clock, signal: AbortSignal): Promise<void> {
  for (;;) {
    await clock.sleep(BEAT_MS, signal);
    await write(': still here\n\n');
  }
}

/** JSON has no line ends, so it is one line of `data`. */
function messageOf(event: string | null, data: unknown, id: string | null): string {
  return [
    ...(event === null ? [] : [`event: ${event}`]),
    ...(id === null ? [] : [`id: ${id}`]),
    `data: ${JSON.stringify(data)}`,
    '',
    '',
  ].join('\n');
}
