/** The agent's log where a person watches: only what has gone wrong, on stderr. Events say the rest. */
import type { Log } from '../base/log.ts';
import type { Terminal } from './terminal.ts';
import { oneLine } from '../base/one-line.ts';

export function terminalLog(terminal: Terminal): Log {
  const { palette } = terminal;
  const log: Log = {
    error: (_event, message) => terminal.warn(palette.bad(oneLine(message))),
    warn: (_event, message) => terminal.warn(palette.pending(oneLine(message))),
    info: () => {},
    debug: () => {},
    room: () => log,
  };
  return log;
}
