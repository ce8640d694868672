/**
 * The sockets of an agent that runs, and that they stay where they are looked for: /run may be cleaned, or mounted
 * over, while the agent listens on what is no longer there.
 */
import type { LocalServer } from './local-server.ts';

/** What `open` made, and what closes it. */
export interface OpenSockets extends AsyncDisposable {
  readonly servers: readonly LocalServer[];
}

/** Made by `start`. Disposal closes what is open. */
export class Listening implements AsyncDisposable {
  readonly #open: () => Promise<OpenSockets>;
  #sockets: OpenSockets;

  private constructor(open: () => Promise<OpenSockets>, sockets: OpenSockets) {
    this.#open = open;
    this.#sockets = sockets;
  }

  /** `open` is called again for each anew. */
  static async start(open: () => Promise<OpenSockets>): Promise<Listening> {
    return new Listening(open, await open());
  }

  /**
   * Listens anew where a socket is not at its path any more. False: all are. Rejects as `open` does; what is open then
   * stays so.
   */
  async renew(): Promise<boolean> {
    if (this.#sockets.servers.every((server) => server.stands)) return false;
    const before = this.#sockets;
    this.#sockets = await this.#open();
    await before[Symbol.asyncDispose]();
    return true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#sockets[Symbol.asyncDispose]();
  }
}
