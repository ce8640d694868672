/**
 * The conversation with systemd over the system bus: connected by the first call, anew after it ended. A call that only
 * reads is asked again while systemd is away for a moment (a restart of the bus, `daemon-reexec`).
 */
import { backoff, type BackoffPolicy } from '../../base/backoff.ts';
import type { Clock } from '../../base/clock.ts';
import { DeadlineError, withDeadline } from '../../base/deadline.ts';
import type { Entropy } from '../../base/entropy.ts';
import type { Bus, BusSignal, Call } from './bus.ts';
import { unitError } from './errors.ts';
import { BusClosed, callFailed, isPassing } from './foreign-errors.ts';

export const SYSTEMD = 'org.freedesktop.systemd1';
export const MANAGER = {
  destination: SYSTEMD,
  path: '/org/freedesktop/systemd1',
  interface: `${SYSTEMD}.Manager`,
} as const;

/** How long systemd may take for an answer; what takes longer is a job. */
export const CALL_DEADLINE_MS = 25_000;
const CONNECT_DEADLINE_MS = 10_000;
const AGAIN: BackoffPolicy = { baseMs: 50, factor: 2, capMs: 1_000, jitter: 0.3 };

export interface SessionParts {
  /** Of the bus, as this process reaches it. */
  readonly socket: string;
  readonly clock: Clock;
  readonly entropy: Entropy;
}

/** One call: `what` it is, for people, and of which unit. */
export interface Asked {
  readonly call: Call;
  readonly what: string;
  readonly element?: string;
}

export class Session implements AsyncDisposable {
  readonly #parts: SessionParts;
  #connecting: Promise<Bus> | null = null;

  constructor(parts: SessionParts) {
    this.#parts = parts;
  }

  /** Asked again while systemd is away, within the deadline. @throws KSN-UNIT-… */
  read(asked: Asked, signal: AbortSignal): Promise<readonly unknown[]> {
    return this.#within(asked, CALL_DEADLINE_MS, signal, async (inner) => {
      for (const pause of backoff(AGAIN, this.#parts.entropy)) {
        try {
          return await (await this.bus(inner)).call(asked.call, inner);
        } catch (error) {
          if (!isPassing(error)) throw error;
          await this.#parts.clock.sleep(pause, inner).catch(() => {
            throw error;
          });
        }
      }
      throw new BusClosed('unreachable');
    });
  }

  /** Asked once: whether it was done cannot be told when the answer is lost. @throws KSN-UNIT-… */
  write(asked: Asked, signal: AbortSignal): Promise<readonly unknown[]> {
    return this.#within(asked, CALL_DEADLINE_MS, signal, async (inner) =>
      (await this.bus(inner)).call(asked.call, inner),
    );
  }

  /** Connected, and told of what systemd does. @throws KSN-UNIT-001 */
  async bus(signal: AbortSignal): Promise<Bus> {
    for (;;) {
      const connecting = (this.#connecting ??= this.#connect());
      const bus = await connecting;
      signal.throwIfAborted();
      if (!bus.closed) return bus;
      // Of all who waited for the same one, the first connects anew: another would drop that connection, still open.
      if (this.#connecting === connecting) this.#connecting = null;
    }
  }

  /** Hears signals until `close`; `lost`: some could not be heard, since the connection ended. */
  async listen(
    heard: (signal: BusSignal) => void,
    lost: () => void,
    signal: AbortSignal,
  ): Promise<{ readonly close: () => void }> {
    const bus = await this.bus(signal);
    const close = bus.listen(heard);
    void bus.ended.then(lost);
    return { close };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const bus = await this.#connecting?.catch(() => null);
    this.#connecting = null;
    bus?.close();
  }

  /** For whoever waits for it: no one of them may end it. */
  async #connect(): Promise<Bus> {
    try {
      return await withDeadline(this.#parts.clock, CONNECT_DEADLINE_MS, new AbortController().signal, (signal) =>
        this.#open(signal),
      );
    } catch (error) {
      this.#connecting = null;
      throw error instanceof DeadlineError ? new BusClosed('no connection in time', { cause: error }) : error;
    }
  }

  async #open(signal: AbortSignal): Promise<Bus> {
    // Late: an agent whose specs name no unit loads nothing of D-Bus.
    const { Bus, THE_BUS } = await import('./bus.ts');
    const bus = await Bus.connect(this.#parts.socket, signal);
    try {
      const match = `type='signal',sender='${SYSTEMD}'`;
      await bus.call({ ...THE_BUS, member: 'AddMatch', signature: 's', body: [match] }, signal);
      await bus.call({ ...MANAGER, member: 'Subscribe' }, signal);
      return bus;
    } catch (error) {
      bus.close();
      throw error;
    }
  }

  async #within<T>(
    { what, element }: Asked,
    limitMs: number,
    signal: AbortSignal,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    let last: unknown;
    const remembering = async (inner: AbortSignal): Promise<T> => {
      try {
        return await work(inner);
      } catch (error) {
        last = error;
        throw error;
      }
    };
    try {
      return await withDeadline(this.#parts.clock, limitMs, signal, remembering);
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof DeadlineError)) throw callFailed(this.#unreached(error), what, element);
      if (last instanceof BusClosed) throw this.#unreached(last);
      throw unitError('KSN-UNIT-002', `${what}: no answer within ${limitMs / 1000} s`, {
        cause: last ?? error,
        ...(element !== undefined && { element }),
      });
    }
  }

  /** Nobody at the socket at all is another fault than an answer that was lost. */
  #unreached(error: unknown): unknown {
    if (!(error instanceof BusClosed) || this.#connecting !== null) return error;
    return unitError('KSN-UNIT-001', `nobody answers at ${this.#parts.socket}`, { cause: error });
  }
}
