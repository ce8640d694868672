/** What a command is given: the terminal, time, and the ways in which a person or systemd talks to a running process. */
import type { Clock } from '../base/clock.ts';
import type { Environment } from '../config/environment.ts';
import type { Terminal } from './terminal.ts';

/** 0: as desired. 1: an error, or rolled back. 2: changes pending. */
export type ExitCode = 0 | 1 | 2;

/** Options that every command has, before or after its name. */
export interface GlobalOptions {
  /** The root whose agent is meant, as this process names it. */
  readonly root: string;
  /** A configuration file on top of the drop-in folders. */
  readonly config?: string;
}

/** Commands know no process: what they print, whom they ask and when they stop is in here. */
export interface Invocation {
  readonly terminal: Terminal;
  readonly clock: Clock;
  /** Aborted by SIGINT and SIGTERM. */
  readonly signal: AbortSignal;
  /** Calls back on SIGHUP, until disposed. Without a listener SIGHUP ends the process, as it always did. */
  onReload(listener: () => void): Disposable;
  readonly global: GlobalOptions;
  readonly environment: Environment;
}
