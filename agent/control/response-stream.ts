/** Answers to readers that may be slow, or stopped: how long one waits for them, and little kept meanwhile. */
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../base/clock.ts';
import { controlError } from './errors.ts';

/** An answer of which nothing is taken for this long is cut off: its reader is stopped, or means no good. */
const STALLED_MS = 60_000;

/** Waits for `done`. @throws KSN-CTL-011 when that takes too long. */
export async function taken(clock: Clock, done: Promise<unknown>, signal: AbortSignal): Promise<void> {
  const over = new AbortController();
  const stalled = clock.sleep(STALLED_MS, AbortSignal.any([signal, over.signal])).then(() => {
    throw controlError('KSN-CTL-011', `nothing was taken of an answer for ${STALLED_MS / 1000} s`);
  });
  stalled.catch(() => {});
  try {
    await Promise.race([done, stalled]);
  } finally {
    over.abort();
  }
}

/** What a stream needs of the exchange that it answers. */
export interface StreamOptions {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly clock: Clock;
  /** Aborted when the other end is gone or the server stops. */
  readonly signal: AbortSignal;
  /** Aborted when the other end is gone. */
  readonly gone: AbortSignal;
}

/** An answer that goes on, piece by piece. What waits for a slow reader is one piece, and what the kernel holds. */
export class ResponseStream {
  readonly signal: AbortSignal;
  readonly #options: StreamOptions;

  constructor(options: StreamOptions, contentType: string) {
    this.#options = options;
    this.signal = options.signal;
    endWithReader(options.request, options.response);
    options.response.writeHead(200, { 'Content-Type': contentType });
    options.response.flushHeaders();
  }

  /** One after the other. @throws KSN-CTL-011, the reader cut off; rejects also when the signal aborts. */
  async write(piece: string): Promise<void> {
    const { response, clock, signal } = this.#options;
    if (response.write(piece)) return;
    try {
      await taken(clock, once(response, 'drain', { signal }), signal);
    } catch (error) {
      // Whoever else writes must not wait for this reader in turn.
      if (!signal.aborted) response.destroy();
      throw error;
    }
  }

  /** The reader sees a stream that came to its end. */
  async end(): Promise<void> {
    const { response, clock, gone } = this.#options;
    const finished = once(response, 'finish', { signal: gone });
    response.end();
    await taken(clock, finished, gone);
  }
}

/**
 * A reader that goes and one that only says no more look alike until the next write. A stream may have none for days,
 * and holds a place: it ends with either. Any other answer is near, and is written to who still reads.
 */
function endWithReader({ socket }: IncomingMessage, response: ServerResponse): void {
  if (socket.readableEnded) response.destroy();
  else socket.once('end', () => response.destroy());
}
