/**
 * Connections of one listening socket, from accept to close: so many and no more, each with a request within its time.
 *
 * node:http costs 17 MB and 40 ms, and most agents are asked a few times a day: the socket is a plain one, and the
 * first connection loads HTTP.
 */
import type { Server as HttpServer } from 'node:http';
import { createServer, type Server, type Socket } from 'node:net';
import type { Clock } from '../base/clock.ts';
import type { KeelsonError } from '../base/errors.ts';
import type { Endpoint } from './endpoint.ts';
import { Places } from './places.ts';
import type { FailureAnswer } from './protocol.ts';
import type { Peer, Routes } from './route.ts';
import type { ServedHost } from './served-host.ts';

/** A request must have come within this: whoever holds a connection open holds one of few. */
const requestMs = 15_000;
/** Answers under way get this long when the server stops, and a refusal to be read. */
const graceMs = 1_000;

/** What is served, to whom. */
export interface ReceptionOptions {
  readonly routes: Routes;
  readonly endpoint?: Endpoint | undefined;
  /** Asked with each request: a port may be known only when it is listened on. */
  readonly served: ServedHost;
  /** Who is at the other end; null where nobody can say. */
  readonly peerOf: (socket: Socket) => Peer | null;
  readonly clock: Clock;
}

/** Who is at the other end, and the timer that ends it unless its request has come. */
interface Connection {
  readonly peer: Peer | null;
  readonly late: NodeJS.Timeout;
}

/** Disposal listens no more, ends streams, gives answers under way a moment, then cuts them. */
export class Reception implements AsyncDisposable {
  readonly #options: ReceptionOptions;
  readonly #server: Server;
  readonly #open = new Map<Socket, Connection>();
  readonly #places = new Places();
  readonly #stopping = new AbortController();
  #http: Promise<HttpServer> | null = null;

  constructor(options: ReceptionOptions) {
    this.#options = options;
    this.#server = createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true }, (socket) =>
      this.#accept(socket),
    );
  }

  /** Rejects as the kernel refuses. */
  async listen(at: { readonly path: string } | { readonly host: string; readonly port: number }): Promise<void> {
    const listening = Promise.withResolvers<void>();
    this.#server.once('error', listening.reject);
    this.#server.listen(at, listening.resolve);
    await listening.promise;
    this.#server.off('error', listening.reject);
  }

  /** Of TCP, while it listens; else 0. */
  get port(): number {
    const address = this.#server.address();
    return address === null || typeof address === 'string' ? 0 : address.port;
  }

  #accept(socket: Socket): void {
    const peer = this.#options.peerOf(socket);
    const place = this.#places.connect(peer);
    if (place === null) {
      socket.destroy();
      return;
    }
    const { leave, refused } = place;
    const late = setTimeout(() => socket.destroy(), refused === null ? requestMs : graceMs);
    late.unref();
    this.#open.set(socket, { peer, late });
    socket.once('close', () => {
      clearTimeout(late);
      this.#open.delete(socket);
      leave();
    });
    socket.on('error', () => socket.destroy());
    if (refused !== null) {
      socket.end(refusal(refused));
      // A socket that is closed with a request unread is reset, and the answer is lost.
      socket.resume();
      return;
    }
    this.#http ??= this.#loadHttp();
    this.#http.then(
      (http) => {
        http.emit('connection', socket);
        socket.resume();
      },
      () => socket.destroy(),
    );
  }

  async #loadHttp(): Promise<HttpServer> {
    const [{ createServer: createHttpServer }, { HttpExchange }] = await Promise.all([
      import('node:http'),
      import('./http-exchange.ts'),
    ]);
    const { routes, endpoint, served, clock } = this.#options;
    const stopping = this.#stopping.signal;
    const exchange = new HttpExchange({ routes, endpoint, served, clock, places: this.#places, stopping });
    const server = createHttpServer({ keepAlive: false }, (request, response) => {
      const { peer = null, late } = this.#open.get(request.socket) ?? {};
      const arrived = (): void => clearTimeout(late);
      if (request.method === 'POST') request.once('end', arrived);
      else arrived();
      void exchange.answer(request, response, peer);
    });
    // Every answer closes its connection, but all requests of one write (a thousand in 50 KB) are there before the first
    // is answered, and would all be worked on.
    server.maxRequestsPerSocket = 1;
    // Without it HTTP ends its side too when the other end has said all (`nc -N`), and an order is carried out that
    // nobody hears of. Node has it as a property alone, without a type.
    return Object.assign(server, { httpAllowHalfOpen: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort();
    const closed = Promise.withResolvers<void>();
    this.#server.close(() => closed.resolve());
    const cut = setTimeout(() => {
      for (const socket of this.#open.keys()) socket.destroy();
    }, graceMs);
    await closed.promise;
    clearTimeout(cut);
  }
}

/** Without HTTP loaded: who is refused costs nothing. */
function refusal(error: KeelsonError): string {
  const failure: FailureAnswer = { error: error.toReason() };
  const body = `${JSON.stringify(failure)}\n`;
  const head = ['HTTP/1.1 503 Service Unavailable', 'Content-Type: application/json', 'Connection: close'];
  return [...head, `Content-Length: ${Buffer.byteLength(body)}`, '', body].join('\r\n');
}
