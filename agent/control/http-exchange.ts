/** One HTTP exchange: the request read within its limits, the answer or the failure written. */
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../base/clock.ts';
import { ANSWER_HEADERS } from './answer-headers.ts';
import type { Asker, Endpoint } from './endpoint.ts';
import { controlError } from './errors.ts';
import { failureOf } from './failure.ts';
import type { Places } from './places.ts';
import { MAX_REQUEST_BYTES } from './protocol.ts';
import { asBody, type Body } from './read-fields.ts';
import { targetOf } from './request-target.ts';
import { ResponseStream, taken } from './response-stream.ts';
import type { Peer, Route, Routes } from './route.ts';
import { refuseForeign, type ServedHost } from './served-host.ts';

export interface ExchangeOptions {
  readonly routes: Routes;
  /** Asked for what the routes do not know, where something is to be read. */
  readonly endpoint?: Endpoint | undefined;
  readonly served: ServedHost;
  readonly places: Places;
  readonly clock: Clock;
  /** Aborted when the server stops. */
  readonly stopping: AbortSignal;
}

interface Asked {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly peer: Peer | null;
  /** Aborted when the other end is gone. */
  readonly gone: AbortSignal;
  /** The same, or when the server stops. */
  readonly signal: AbortSignal;
}

export class HttpExchange {
  readonly #options: ExchangeOptions;

  constructor(options: ExchangeOptions) {
    this.#options = options;
  }

  /** Never rejects: a failure becomes an answer where the other end is still there. */
  async answer(request: IncomingMessage, response: ServerResponse, peer: Peer | null): Promise<void> {
    const { stopping, served } = this.#options;
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const asked = { request, response, peer, gone: gone.signal, signal: AbortSignal.any([gone.signal, stopping]) };
    for (const [name, value] of Object.entries(ANSWER_HEADERS)) response.setHeader(name, value);
    try {
      if (stopping.aborted) throw controlError('KSN-CTL-009', 'the agent is stopping');
      refuseForeign(request.headers, served);
      const route = this.#route(request);
      await (route === null ? this.#byEndpoint(asked) : this.#byRoute(asked, route));
    } catch (error) {
      if (gone.signal.aborted) return;
      fail(response, error);
    }
  }

  /** Null: the endpoint knows. @throws KSN-CTL-005, KSN-CTL-013 */
  #route(request: IncomingMessage): Route | null {
    const { routes, endpoint } = this.#options;
    const { method = '' } = request;
    const { path } = targetOf(request);
    const reads = endpoint !== undefined && (method === 'GET' || method === 'HEAD');
    // The routes know lines of JSON; browsers know events.
    if (reads && request.headers.accept?.includes('text/event-stream') === true) return null;
    const route = routes.get(`${method} ${path}`);
    if (route !== undefined) return route;
    if (reads) return null;
    if (endpoint === undefined) throw controlError('KSN-CTL-005', `no ${method} ${path} here`);
    throw controlError('KSN-CTL-013', `no ${method} ${path} here`);
  }

  async #byRoute(asked: Asked, route: Route): Promise<void> {
    const { request, response, peer, signal } = asked;
    const body = request.method === 'POST' ? await readBody(request) : {};
    const given = await route({ query: targetOf(request).query, body, peer, signal });
    if ('lines' in given) {
      await this.#lines(asked, given.lines);
      return;
    }
    response.writeHead(200, { 'Content-Type': 'application/json' }).end(`${JSON.stringify(given.json)}\n`);
    await this.#taken(asked);
  }

  async #lines(asked: Asked, lines: AsyncIterable<unknown>): Promise<void> {
    const stream = this.#follow(asked, 'application/x-ndjson');
    try {
      for await (const line of lines) await stream.write(`${JSON.stringify(line)}\n`);
    } catch (error) {
      if (!asked.signal.aborted) throw error;
    }
    await stream.end();
  }

  async #byEndpoint(asked: Asked): Promise<void> {
    const { request, response, peer, signal } = asked;
    const asker: Asker = { peer, signal, follow: (contentType) => this.#follow(asked, contentType) };
    await this.#options.endpoint?.(request, response, asker);
    await this.#taken(asked);
  }

  #follow(asked: Asked, contentType: string): ResponseStream {
    const { places, clock } = this.#options;
    asked.response.once('close', places.follow(asked.peer));
    return new ResponseStream({ ...asked, clock }, contentType);
  }

  /** All was given to the response; waits until it is with its reader. */
  async #taken({ response, gone }: Asked): Promise<void> {
    if (response.writableFinished || gone.aborted) return;
    await taken(this.#options.clock, once(response, 'finish', { signal: gone }), gone);
  }
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
  if (response.headersSent) {
    // In the middle of a stream: the reader sees it cut, never a short answer that looks whole.
    response.destroy();
    return;
  }
  const { status, body } = failureOf(thrown);
  response
    .writeHead(status, { 'Content-Type': 'application/json', ...(status === 405 && { Allow: 'GET, HEAD' }) })
    .end(`${JSON.stringify(body)}\n`);
}
