/** One unix socket that speaks HTTP. */
import { chmodSync, chownSync, lstatSync, renameSync, unlinkSync } from 'node:fs';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import type { Clock } from '../base/clock.ts';
import type { Endpoint } from './endpoint.ts';
import { controlError } from './errors.ts';
import { Reception } from './reception.ts';
import type { Peer, Routes } from './route.ts';
import { socketHost } from './served-host.ts';
import type { SocketFolder } from './socket-folder.ts';

export interface LocalServerOptions {
  readonly folder: SocketFolder;
  readonly name: string;
  readonly mode: number;
  /** Group that the mode speaks of; null = that of the process. */
  readonly gid: number | null;
  readonly routes: Routes;
  /** Answers what is read and the routes do not know; without it, they alone. */
  readonly endpoint?: Endpoint;
  /** Credentials of a connection by its descriptor; null where the kernel cannot be asked. */
  readonly peerOf: (descriptor: number) => Peer | null;
  readonly clock: Clock;
}

/** Made by `listen`. Disposal takes the socket away, ends streams, gives answers under way a moment, then cuts them. */
export class LocalServer implements AsyncDisposable {
  readonly #options: LocalServerOptions;
  readonly #reception: Reception;
  /** The socket that was made, by device and inode. */
  #made: string | null = null;

  private constructor(options: LocalServerOptions) {
    this.#options = options;
    const { routes, endpoint, clock } = options;
    this.#reception = new Reception({
      routes,
      endpoint,
      served: socketHost,
      peerOf: (socket) => this.#peer(socket),
      clock,
    });
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
    await this.#reception.listen({ path: fresh });
    chmodSync(fresh, mode);
    if (gid !== null) chownSync(fresh, -1, gid);
    this.#made = identityOf(fresh);
    renameSync(fresh, path);
  }

  /** What is at the path is the socket that this one listens on: whoever connects comes here. */
  get stands(): boolean {
    return this.#made !== null && identityOf(join(this.#options.folder.path, this.#options.name)) === this.#made;
  }

  #peer(socket: Socket): Peer | null {
    // Node has no way to ask for the descriptor; the handle has had one since 2011.
    const { _handle: handle } = socket as Socket & { _handle?: { fd?: number } };
    return handle?.fd === undefined || handle.fd < 0 ? null : this.#options.peerOf(handle.fd);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = this.#reception[Symbol.asyncDispose]();
    // Another may have been put there since.
    if (this.stands) unlinkSync(join(this.#options.folder.path, this.#options.name));
    await closed;
  }
}

function identityOf(path: string): string | null {
  const entry = lstatSync(path, { throwIfNoEntry: false, bigint: true });
  return entry === undefined ? null : `${entry.dev}:${entry.ino}`;
}
