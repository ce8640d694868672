/**
 * One unix socket that speaks HTTP.
 *
 * node:http costs 17 MB and 40 ms, and most agents are asked a few times a day: the socket is a plain one, and the
 * first connection loads HTTP.
 */
import { chmodSync, chownSync, lstatSync, renameSync, unlinkSync } from 'node:fs';
import type { Server as HttpServer } from 'node:http';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import type { Clock } from '../base/clock.ts';
import type { KeelsonError } from '../base/errors.ts';
import { controlError } from './errors.ts';
import { Places } from './places.ts';
import type { FailureAnswer } from './protocol.ts';
import type { Peer, Routes } from './route.ts';
import type { SocketFolder } from './socket-folder.ts';

/** A request must have come within this: whoever holds a connection open holds one of few. */
const requestMs = 15_000;
/** Answers under way get this long when the server stops, and a refusal to be read. */
const graceMs = 1_000;

export interface LocalServerOptions {
  readonly folder: SocketFolder;
  readonly name: string;
  readonly mode: number;
  /** Group that the mode speaks of; null = that of the process. */
  readonly gid: number | null;
  readonly routes: Routes;
  /** Credentials of a connection by its descriptor; null where the kernel cannot be asked. */
  readonly peerOf: (descriptor: number) => Peer | null;
  readonly clock: Clock;
}

/** Who is at the other end, and the timer that ends it unless its request has come. */
interface Connection {
  readonly peer: Peer | null;
  readonly late: NodeJS.Timeout;
}

/** Made by `listen`. Disposal takes the socket away, ends streams, gives answers under way a moment, then cuts them. */
export class LocalServer implements AsyncDisposable {
  readonly #options: LocalServerOptions;
  readonly #server: Server;
  readonly #open = new Map<Socket, Connection>();
  readonly #places = new Places();
  readonly #stopping = new AbortController();
  #http: Promise<HttpServer> | null = null;
  /** The socket that was made, by device and inode. */
  #made: string | null = null;

  private constructor(options: LocalServerOptions) {
    this.#options = options;
    this.#server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (socket) => this.#accept(socket));
  }

  /** Listens; a socket that an earlier agent left behind is replaced. The caller holds the lock of the state. */
  static async listen(options: LocalServerOptions): Promise<LocalServer> {
    const server = new LocalServer(options);
    try {
      await server.#listen();
    } catch (error) {
      const path = join(options.folder.path, options.name);
      throw controlError('KSN-CTL-008', `cannot listen on ${path}: ${(error as Error).message}`, { cause: error });
    }
    return server;
  }

  /** Bound under a dot-name, given its mode, then renamed: nobody can connect before the mode stands. */
  async #listen(): Promise<void> {
    const { folder, name, mode, gid } = this.#options;
    const path = folder.address(name);
    const fresh = folder.address(`.${name}~`);
    const stale = lstatSync(path, { throwIfNoEntry: false });
    if (stale !== undefined && !stale.isSocket()) throw new Error('what stands there is no socket');
    if (lstatSync(fresh, { throwIfNoEntry: false }) !== undefined) unlinkSync(fresh);
    const listening = Promise.withResolvers<void>();
    this.#server.once('error', listening.reject);
    this.#server.listen({ path: fresh }, listening.resolve);
    await listening.promise;
    this.#server.off('error', listening.reject);
    chmodSync(fresh, mode);
    if (gid !== null) chownSync(fresh, -1, gid);
    this.#made = identityOf(fresh);
    renameSync(fresh, path);
  }

  /** What is at the path is the socket that this one listens on: whoever connects comes here. */
  get stands(): boolean {
    return this.#made !== null && identityOf(join(this.#options.folder.path, this.#options.name)) === this.#made;
  }

  #accept(socket: Socket): void {
    const peer = this.#peer(socket);
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
    const { routes, clock } = this.#options;
    const exchange = new HttpExchange({ routes, clock, places: this.#places, stopping: this.#stopping.signal });
    const server = createHttpServer({ keepAlive: false }, (request, response) => {
      const { peer = null, late } = this.#open.get(request.socket) ?? {};
      const arrived = (): void => clearTimeout(late);
      if (request.method === 'POST') request.once('end', arrived);
      else arrived();
      void exchange.answer(request, response, peer);
    });
    // Without it HTTP ends its side too when the other end has said all (`nc -N`), and an order is carried out that
    // nobody hears of. Node has it as a property alone, without a type.
    return Object.assign(server, { httpAllowHalfOpen: true });
  }

  #peer(socket: Socket): Peer | null {
    // Node has no way to ask for the descriptor; the handle has had one since 2011.
    const { _handle: handle } = socket as Socket & { _handle?: { fd?: number } };
    return handle?.fd === undefined || handle.fd < 0 ? null : this.#options.peerOf(handle.fd);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort();
    const closed = Promise.withResolvers<void>();
    this.#server.close(() => closed.resolve());
    // Another may have been put there since.
    if (this.stands) unlinkSync(join(this.#options.folder.path, this.#options.name));
    const cut = setTimeout(() => {
      for (const socket of this.#open.keys()) socket.destroy();
    }, graceMs);
    await closed.promise;
    clearTimeout(cut);
  }
}

function identityOf(path: string): string | null {
  const entry = lstatSync(path, { throwIfNoEntry: false, bigint: true });
  return entry === undefined ? null : `${entry.dev}:${entry.ino}`;
}

/** Without HTTP loaded: who is refused costs nothing. */
function refusal(error: KeelsonError): string {
  const failure: FailureAnswer = { error: error.toReason() };
  const body = `${JSON.stringify(failure)}\n`;
  const head = ['HTTP/1.1 503 Service Unavailable', 'Content-Type: application/json', 'Connection: close'];
  return [...head, `Content-Length: ${Buffer.byteLength(body)}`, '', body].join('\r\n');
}
