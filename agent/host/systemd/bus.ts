/**
 * One connection to a bus: calls with their answers, and signals. Of dbus-next the wire alone: its own bus turns a refused
 * Hello into a rejection that nobody can catch.
 */
import { BusClosed, BusError } from './foreign-errors.ts';
import { createConnection, Message } from './libraries.ts';

/** The bus itself, as whom it is called. */
export const THE_BUS = {
  destination: 'org.freedesktop.DBus',
  path: '/org/freedesktop/DBus',
  interface: 'org.freedesktop.DBus',
} as const;

const METHOD_RETURN = 2;
const ERROR = 3;
const SIGNAL = 4;

/** What is called; `signature` and `body` are its arguments. */
export interface Call {
  readonly destination: string;
  readonly path: string;
  readonly interface: string;
  readonly member: string;
  readonly signature?: string;
  readonly body?: readonly unknown[];
}

export interface BusSignal {
  readonly path: string;
  readonly interface: string;
  readonly member: string;
  readonly body: readonly unknown[];
}

interface Waiting {
  readonly resolve: (body: readonly unknown[]) => void;
  readonly reject: (error: Error) => void;
}

export class Bus {
  readonly #connection: ReturnType<typeof createConnection>;
  readonly #waiting = new Map<number, Waiting>();
  readonly #listeners = new Set<(signal: BusSignal) => void>();
  readonly #ended = Promise.withResolvers<void>();
  #closed = false;
  #serial = 0;

  private constructor(socket: string) {
    // 'socket', not 'path': that one asks for a native module first.
    this.#connection = createConnection({ busAddress: `unix:socket=${socket}`, authMethods: ['EXTERNAL'] });
    this.#connection.on('message', (message: Message) => this.#take(message));
    this.#connection.on('error', () => this.close());
    this.#connection.stream.once('close', () => this.close());
    this.#connection.stream.once('end', () => this.close());
  }

  /** @throws BusClosed where nobody answers at that socket. */
  static async connect(socket: string, signal: AbortSignal): Promise<Bus> {
    const bus = new Bus(socket);
    try {
      await bus.call({ ...THE_BUS, member: 'Hello' }, signal);
    } catch (error) {
      bus.close();
      throw error;
    }
    // An open connection keeps no program from its end; who waits for an answer has a deadline of its own.
    bus.#connection.stream.unref();
    return bus;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Resolves when the connection has ended, whoever ended it. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  /** @throws BusError for an answer that is one, BusClosed when none can come any more, and the reason of the signal. */
  call(call: Call, signal?: AbortSignal): Promise<readonly unknown[]> {
    if (this.#closed) return Promise.reject(new BusClosed('the connection has ended'));
    if (signal?.aborted === true) return Promise.reject(signal.reason);
    this.#serial += 1;
    const serial = this.#serial;
    const { promise, resolve, reject } = Promise.withResolvers<readonly unknown[]>();
    const leave = (): void => reject(signal?.reason instanceof Error ? signal.reason : new Error('aborted'));
    signal?.addEventListener('abort', leave, { once: true });
    this.#waiting.set(serial, { resolve, reject });
    try {
      const message = new Message({ ...call, body: [...(call.body ?? [])] });
      message.serial = serial;
      this.#connection.message(message);
    } catch (error) {
      reject(error);
    }
    return promise.finally(() => {
      this.#waiting.delete(serial);
      signal?.removeEventListener('abort', leave);
    });
  }

  /** Until what it answers is called. */
  listen(listener: (signal: BusSignal) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#connection.stream.destroy();
    for (const { reject } of this.#waiting.values()) reject(new BusClosed('the connection has ended'));
    this.#listeners.clear();
    this.#ended.resolve();
  }

  #take(message: Message): void {
    const type: number = message.type;
    if (type === SIGNAL) {
      const { path, interface: from, member, body } = message;
      for (const listener of this.#listeners) listener({ path, interface: from, member, body });
      return;
    }
    const waiting = this.#waiting.get(Number(message.replySerial));
    if (waiting === undefined) return;
    if (type === METHOD_RETURN) waiting.resolve(message.body);
    else if (type === ERROR) waiting.reject(new BusError(message.errorName));
  }
}
