/** The endpoint on a port of loopback, for browsers and Prometheus. It reads alone, and has none of the sockets' routes. */
import type { Clock } from '../base/clock.ts';
import type { Endpoint } from './endpoint.ts';
import { controlError } from './errors.ts';
import { Reception } from './reception.ts';
import { loopbackHost } from './served-host.ts';

/** `port` 0: one that is free. */
export interface ListenAddress {
  readonly host: '127.0.0.1' | '::1';
  readonly port: number;
}

export interface LoopbackOptions {
  readonly endpoint: Endpoint;
  readonly clock: Clock;
}

/** Made by `listen`. Everybody on the machine can connect, and the kernel does not say who: they share their places. */
export class LoopbackServer implements AsyncDisposable {
  readonly #reception: Reception;
  readonly #host: ListenAddress['host'];

  private constructor({ host }: ListenAddress, { endpoint, clock }: LoopbackOptions) {
    this.#host = host;
    this.#reception = new Reception({
      routes: new Map(),
      endpoint,
      served: (name) => loopbackHost(this.#reception.port)(name),
      peerOf: () => null,
      clock,
    });
  }

  /** @throws KSN-CTL-014 */
  static async listen(address: ListenAddress, options: LoopbackOptions): Promise<LoopbackServer> {
    const server = new LoopbackServer(address, options);
    try {
      await server.#reception.listen(address);
    } catch (error) {
      const at = urlOf(address);
      throw controlError('KSN-CTL-014', `cannot listen on ${at}: ${(error as Error).message}`, {
        cause: error,
        element: 'debug.listen',
      });
    }
    return server;
  }

  /** As a browser takes it. */
  get url(): string {
    return urlOf({ host: this.#host, port: this.#reception.port });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#reception[Symbol.asyncDispose]();
  }
}

function urlOf({ host, port }: ListenAddress): string {
  return `http://${host === '::1' ? '[::1]' : host}:${port}/`;
}
