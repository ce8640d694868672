import pino, { type DestinationStream, type Logger } from 'pino';
import type { Clock } from './clock.ts';
import { loggable, loggableText } from './log-fields.ts';
import type { Log, LogFields, LogLevel } from './log.ts';
import { Repeats } from './repeats.ts';

export interface LogOptions {
  readonly clock: Clock;
  readonly level: LogLevel;
  /**
   * Lines go to standard output. `journal`: with the priority that systemd reads from the beginning of a line
   * (sd-daemon(3), SyslogLevelPrefix=); for a stdout that is the journal, see JOURNAL_STREAM.
   */
  readonly format: 'json' | 'journal';
  /** In place of standard output, in tests. */
  readonly destination?: DestinationStream;
}

/** sd-daemon(3) by pino's numbers. */
const PRIORITIES: Readonly<Record<number, string>> = { 50: '<3>', 40: '<4>', 30: '<6>', 20: '<7>' };

/** Disposing it tells the repeats that are still held back; it can be used after that, without collapsing. */
export function createLog(options: LogOptions): Log & Disposable {
  const { clock, level, format } = options;
  const destination = options.destination ?? standardOutput();
  const root = pino(
    {
      level,
      base: null,
      messageKey: 'message',
      timestamp: () => `,"at":"${new Date(clock.now()).toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    format === 'journal' ? prefixed(destination) : destination,
  );
  const repeats = new Repeats(clock);
  return Object.assign(logOf(root, '', repeats), { [Symbol.dispose]: () => repeats[Symbol.dispose]() });
}

function logOf(logger: Logger, room: string, repeats: Repeats): Log {
  const say =
    (level: LogLevel) =>
    (event: string, message: string, fields: LogFields = {}) => {
      if (!logger.isLevelEnabled(level)) return;
      const tell = (repeated?: number): void => {
        logger[level](
          { event, ...loggable(fields), ...(repeated !== undefined && { repeated }) },
          loggableText(message),
        );
      };
      const { element = '' } = fields;
      const key = [level, room, event, typeof element === 'string' ? element : ''].join('\0');
      if (level === 'debug' || repeats.admit(key, tell)) tell();
    };
  return {
    error: say('error'),
    warn: say('warn'),
    info: say('info'),
    debug: say('debug'),
    room: (name) => logOf(logger.child({ room: name }), name, repeats),
  };
}

/**
 * Synchronous: lines are few, and the last ones before a crash are the ones that are needed. A reader that went away
 * (EPIPE) must not end the agent.
 */
function standardOutput(): DestinationStream {
  const stream = pino.destination({ dest: 1, sync: true });
  stream.on('error', () => {});
  return stream;
}

/** pino tells a stream that has this mark the level of the line it writes next. */
const metadata = Symbol.for('pino.metadata');

function prefixed(destination: DestinationStream): DestinationStream {
  const stream = {
    [metadata]: true,
    lastLevel: 30,
    write: (line: string) => destination.write(`${PRIORITIES[stream.lastLevel] ?? '<6>'}${line}`),
  };
  return stream;
}
