/**
 * What the agent writes down for people, line by line (journal, console). What happened to the node is an event
 * (agent/report); the log is about the agent itself and may be lost.
 *
 * The level says who should read a line, and how far the trouble reaches:
 *
 * | level | reader                     | reach                                                              |
 * |-------|----------------------------|--------------------------------------------------------------------|
 * | error | who is on call, now        | the node is not as desired, or the agent cannot do its work        |
 * | warn  | who owns the node, by day  | one resource or one peer; everything else goes on                  |
 * | info  | who asks a week later      | none: milestones. At most 10 lines an hour when nothing changes    |
 * | debug | who works on Keelson       | none: off unless asked for, without bound                          |
 */
export type LogLevel = 'error' | 'warn' | 'info' | 'debug';

/** Flat and small. Errors are taken apart; values under secret names, and what looks like a secret, are hidden. */
export type LogFields = Readonly<Record<string, unknown>>;

/**
 * `event` is a stable name (`folder-unreadable`): the same event about the same `element` is the same line, and
 * repeats of it collapse into one line with a count. `message` is for people.
 */
export interface Log {
  error(event: string, message: string, fields?: LogFields): void;
  warn(event: string, message: string, fields?: LogFields): void;
  info(event: string, message: string, fields?: LogFields): void;
  debug(event: string, message: string, fields?: LogFields): void;
  /** The log of one room of the house. */
  room(name: string): Log;
}

const nothing = (): void => {};

export const silentLog: Log = { error: nothing, warn: nothing, info: nothing, debug: nothing, room: () => silentLog };
