/** One HTTP exchange: the request read within its limits, the answer or the failure written. */
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { asKeelsonError, type Fault, type KeelsonError } from '../base/errors.ts';
import type { Clock } from '../base/clock.ts';
import { controlError } from './errors.ts';
import type { Places } from './places.ts';
import { MAX_REQUEST_BYTES, type FailureAnswer } from './protocol.ts';
import { asBody, type Body } from './read-fields.ts';
import type { Peer, Routes } from './route.ts';

const statusOfFault: Readonly<Record<Fault, number>> = { caller: 400, environment: 503, bug: 500 };

/** An answer of which nothing is taken for this long is cut off: its reader is stopped, or means no good. */
const STALLED_MS = 60_000;

export interface ExchangeOptions {
  readonly routes: Routes;
  readonly places: Places;
  readonly clock: Clock;
  /** Aborted when the server stops. */
  readonly stopping: AbortSignal;
}

export class HttpExchange {
  readonly #options: ExchangeOptions;

  constructor(options: ExchangeOptions) {
    this.#options = options;
  }

  /** Never rejects: a failure becomes an answer where the other end is still there. */
  async answer(request: IncomingMessage, response: ServerResponse, peer: Peer | null): Promise<void> {
    const { routes, stopping } = this.#options;
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const signal = AbortSignal.any([gone.signal, stopping]);
    response.setHeader('Connection', 'close');
    try {
      if (stopping.aborted) throw controlError('KSN-CTL-009', 'the agent is stopping');
      const { route, query } = find(request, routes);
      const body = request.method === 'POST' ? await readBody(request) : {};
      const given = await route({ query, body, peer, signal });
      if ('json' in given) await this.#json(response, given.json, gone.signal);
      else {
        endWithReader(request, response);
        await this.#lines(response, given.lines, peer, { signal, gone: gone.signal });
      }
    } catch (error) {
      if (gone.signal.aborted) return;
      fail(response, error);
    }
  }

  async #json(response: ServerResponse, value: unknown, gone: AbortSignal): Promise<void> {
    const finished = once(response, 'finish', { signal: gone });
    response.writeHead(200, { 'Content-Type': 'application/json' }).end(`${JSON.stringify(value)}\n`);
    await this.#taken(finished, gone);
  }

  /** What waits for a slow reader is one line, and what the kernel holds. */
  async #lines(
    response: ServerResponse,
    lines: AsyncIterable<unknown>,
    peer: Peer | null,
    { signal, gone }: { readonly signal: AbortSignal; readonly gone: AbortSignal },
  ): Promise<void> {
    response.once('close', this.#options.places.follow(peer));
    response.writeHead(200, { 'Content-Type': 'application/x-ndjson' });
    response.flushHeaders();
    try {
      for await (const line of lines) {
        if (!response.write(`${JSON.stringify(line)}\n`))
          await this.#taken(once(response, 'drain', { signal }), signal);
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
    const finished = once(response, 'finish', { signal: gone });
    response.end();
    await this.#taken(finished, gone);
  }

  /** @throws KSN-CTL-011 when `done` takes too long. */
  async #taken(done: Promise<unknown>, signal: AbortSignal): Promise<void> {
    const over = new AbortController();
    const stalled = this.#options.clock.sleep(STALLED_MS, AbortSignal.any([signal, over.signal])).then(() => {
      throw controlError('KSN-CTL-011', `nothing was taken of an answer for ${STALLED_MS / 1000} s`);
    });
    stalled.catch(() => {});
    try {
      await Promise.race([done, stalled]);
    } finally {
      over.abort();
    }
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

function find(request: IncomingMessage, routes: Routes) {
  const { method, url = '/' } = request;
  // Never `new URL(url, …)`: in `//x` that would take x for a host.
  const at = url.indexOf('?');
  const path = at < 0 ? url : url.slice(0, at);
  const route = routes.get(`${method} ${path}`);
  if (route === undefined) throw controlError('KSN-CTL-005', `no ${method} ${path} here`);
  return { route, query: new URLSearchParams(at < 0 ? '' : url.slice(at + 1)) };
}

const tooLarge = () => controlError('KSN-CTL-004', `more than ${MAX_REQUEST_BYTES} bytes`);

async function readBody(request: IncomingMessage): Promise<Body> {
  if (Number(request.headers['content-length'] ?? 0) > MAX_REQUEST_BYTES) throw tooLarge();
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_REQUEST_BYTES) throw tooLarge();
    chunks.push(chunk);
  }
  if (size === 0) return {};
  try {
    return asBody(JSON.parse(Buffer.concat(chunks).toString('utf8')));
  } catch (error) {
    if (error instanceof SyntaxError) throw controlError('KSN-CTL-003', 'the body is not JSON');
    throw error;
  }
}

function fail(response: ServerResponse, thrown: unknown): void {
  const error = asKeelsonError(thrown);
  if (response.headersSent) {
    // In the middle of a stream: the reader sees it cut, never a short answer that looks whole.
    response.destroy();
    return;
  }
  const failure: FailureAnswer = { error: error.toReason(), ...findingsOf(error) };
  response
    .writeHead(error.code === 'KSN-CTL-005' ? 404 : statusOfFault[error.fault], { 'Content-Type': 'application/json' })
    .end(`${JSON.stringify(failure)}\n`);
}

/** A rejected document carries all its findings. */
function findingsOf(error: KeelsonError): Pick<FailureAnswer, 'findings'> {
  return 'findings' in error && Array.isArray(error.findings) ? { findings: error.findings } : {};
}
