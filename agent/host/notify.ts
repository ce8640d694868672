/** Tells systemd how the agent is: sd_notify(3). */
import type { Clock } from '../base/clock.ts';
import { printableText } from '../base/printable-text.ts';
import { SerialRunner } from '../base/serial-runner.ts';
import type { RunCommand } from '../resources/kind.ts';
import { hostError } from './errors.ts';

export interface Notifier {
  ready(status: string): Promise<void>;
  /** One line for `systemctl status`; sent when it changed. */
  status(text: string): Promise<void>;
  /** Between this and the next `ready`, systemd takes the service to be reloading. */
  reloading(): Promise<void>;
  stopping(status: string): Promise<void>;
  /** Start, reload or stop may take this much longer from now on. */
  extendTimeout(ms: number): Promise<void>;
  watchdog(): Promise<void>;
}

/** The two ways to systemd, by what this node can do. */
export interface NotifyOptions {
  /** NOTIFY_SOCKET; null where nobody wants to know. */
  readonly socket: string | null;
  /** One datagram, sent from this very process; null where this node cannot do it. False: not delivered. */
  readonly sendDatagram: ((path: string, bytes: Uint8Array) => boolean) | null;
  /** Otherwise systemd-notify(1) does it, in about 7 ms. */
  readonly run: RunCommand;
  /** CLOCK_MONOTONIC, which is not the clock of {@link Clock} in tests. */
  readonly monotonicMicroseconds?: () => bigint;
}

/** Each call rejects with KSN-HOST-003 when systemd could not be told; the agent goes on all the same. */
export function createNotifier(options: NotifyOptions): Notifier {
  const { socket, monotonicMicroseconds = () => process.hrtime.bigint() / 1000n } = options;
  const send = socket === null ? async () => {} : sender(socket, options);
  let told = '';
  const tell = async (status: string, fields: readonly string[] = []): Promise<void> => {
    await send([...fields, `STATUS=${oneLine(status)}`]);
    told = status;
  };
  return {
    ready: (status) => tell(status, ['READY=1']),
    status: (text) => (text === told ? Promise.resolve() : tell(text)),
    reloading: () => send(['RELOADING=1', `MONOTONIC_USEC=${monotonicMicroseconds()}`]),
    stopping: (status) => tell(status, ['STOPPING=1']),
    extendTimeout: (ms) => send([`EXTEND_TIMEOUT_USEC=${Math.max(1, Math.ceil(ms)) * 1000}`]),
    watchdog: () => send(['WATCHDOG=1']),
  };
}

/**
 * Pings at half the interval (sd_watchdog_enabled(3)) as long as `alive` says so. An agent whose event loop hangs
 * cannot ping; one that merely waits for its node goes on. Ends when `signal` aborts.
 */
export async function keepWatchdog(
  notifier: Notifier,
  { intervalMs, clock, signal, alive, failed }: WatchdogOptions,
): Promise<void> {
  try {
    for (;;) {
      if (alive()) await notifier.watchdog().catch(failed);
      await clock.sleep(intervalMs / 2, signal);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** Pets the watchdog while `alive` says so; otherwise systemd kills the agent, which is the point. */
export interface WatchdogOptions {
  /** WATCHDOG_USEC, in milliseconds. */
  readonly intervalMs: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly alive: () => boolean;
  readonly failed: (error: unknown) => void;
}

function sender(socket: string, { sendDatagram, run }: NotifyOptions): (fields: readonly string[]) => Promise<void> {
  if (sendDatagram !== null) {
    return async (fields) => {
      if (!sendDatagram(socket, Buffer.from(`${fields.join('\n')}\n`))) throw undelivered(socket, 'not delivered');
    };
  }
  // One after another: what is told later must not arrive earlier.
  const runner = new SerialRunner();
  return (fields) =>
    runner.run(async (signal) => {
      const command = { argv: ['systemd-notify', '--no-block', ...fields], timeoutMs: 5_000 };
      const { exitCode, startError } = await run(command, signal, { NOTIFY_SOCKET: socket });
      if (exitCode !== 0)
        throw undelivered(
          socket,
          startError === undefined ? `systemd-notify: exit ${exitCode}` : `systemd-notify: ${startError}`,
        );
    });
}

function undelivered(socket: string, why: string): Error {
  return hostError('KSN-HOST-003', `${socket}: ${why}`, { element: socket });
}

/** A newline would begin another field. */
function oneLine(text: string): string {
  return printableText(text).replaceAll(/\s+/g, ' ').trim();
}
