/** The port of the endpoint as the configuration has it, through reloads. */
import { asKeelsonError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { SerialRunner } from '../base/serial-runner.ts';
import { LoopbackServer, type ListenAddress, type LoopbackOptions } from './loopback-server.ts';

/** A port that somebody else has must not keep the agent away: the socket serves the same. Disposal closes the port. */
export class LoopbackListening implements AsyncDisposable {
  readonly #options: LoopbackOptions;
  readonly #log: Log;
  /** A reload may come while another is at it. */
  readonly #turns = new SerialRunner();
  #open: { readonly address: ListenAddress; readonly server: LoopbackServer } | null = null;

  constructor(options: LoopbackOptions, log: Log) {
    this.#options = options;
    this.#log = log;
  }

  /** Where it listens now; null: nowhere. */
  get url(): string | null {
    return this.#open?.server.url ?? null;
  }

  /** Listens there and nowhere else; null: nowhere. What cannot be done is logged, and what was stays. */
  follow(address: ListenAddress | null): Promise<void> {
    return this.#turns.run(() => this.#follow(address));
  }

  async #follow(address: ListenAddress | null): Promise<void> {
    const before = this.#open;
    if (before?.address.host === address?.host && before?.address.port === address?.port) return;
    try {
      this.#open = address === null ? null : { address, server: await LoopbackServer.listen(address, this.#options) };
    } catch (error) {
      this.#log.error('not-listening', asKeelsonError(error).message, { error: asKeelsonError(error) });
      return;
    }
    await before?.server[Symbol.asyncDispose]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#turns[Symbol.asyncDispose]();
    await this.#follow(null);
  }
}
