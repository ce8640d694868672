/**
 * The port to the systemd of the host: what the agent asks of it and has it do, in its own terms. Every call ends, with
 * an answer or with a coded error (KSN-UNIT-…), within the adapter's deadline or the one that it is given.
 */
import type { CommandResult } from './kind.ts';

/** A unit as systemd has it now, in systemd's words. */
export interface UnitFacts {
  /** Its own name, where the one that was asked for is an alias. */
  readonly name: string;
  /** `loaded`, `not-found`, `bad-setting`, `error`, `masked`. */
  readonly load: string;
  /** `active`, `reloading`, `inactive`, `failed`, `activating`, `deactivating`, … */
  readonly active: string;
  /** `running`, `exited`, `auto-restart`, … */
  readonly sub: string;
  /** `enabled`, `disabled`, `static`, `masked`, …; empty: it has no file. */
  readonly file: string;
  /** Its files were changed since systemd read them. */
  readonly needsReload: boolean;
  readonly canReload: boolean;
  /** How long it has been active without a break; null: it is not. */
  readonly activeForMs: number | null;
  /** What its last run came to: `success`, `exit-code`, `signal`, …; null for units that run nothing. */
  readonly result: string | null;
  /** Of a service, how its main process ended last; 0 where it has not. */
  readonly exitStatus: number | null;
  /** Of a service, how often systemd has started it again by itself. */
  readonly restarts: number | null;
}

export type UnitJob = 'start' | 'stop' | 'restart' | 'reload';

/** A program that runs as a unit of its own, outside the sandbox of the agent. */
export interface TransientCommand {
  /** Ends in `.service`. The same name again, while it runs, waits for that run. */
  readonly name: string;
  readonly argv: readonly string[];
  readonly timeoutMs: number;
  readonly environment?: Readonly<Record<string, string>>;
}

/** Looks, and changes nothing. */
export interface ReadUnits {
  unit(name: string, signal: AbortSignal): Promise<UnitFacts>;
  /** Every unit that systemd has loaded. */
  list(signal: AbortSignal): Promise<readonly Pick<UnitFacts, 'name' | 'load' | 'active' | 'sub'>[]>;
  /** Names of units as they change; null: any may have, since some changes could not be heard. Ends with `signal`. */
  changes(signal: AbortSignal): AsyncIterable<string | null>;
}

export interface Units extends ReadUnits {
  /** Resolves when the job is done, and has come to `done`; any other result is an error of its own. */
  job(verb: UnitJob, name: string, timeoutMs: number, signal: AbortSignal): Promise<void>;
  /** A signal to the main process of a service. */
  kill(name: string, signalName: string, signal: AbortSignal): Promise<void>;
  /** A unit that failed counts as one that never ran. */
  resetFailed(name: string, signal: AbortSignal): Promise<void>;
  enable(names: readonly string[], signal: AbortSignal): Promise<void>;
  disable(names: readonly string[], signal: AbortSignal): Promise<void>;
  mask(names: readonly string[], signal: AbortSignal): Promise<void>;
  unmask(names: readonly string[], signal: AbortSignal): Promise<void>;
  /** Every unit file is read anew. */
  daemonReload(signal: AbortSignal): Promise<void>;
  /** Runs to its end; its output is made printable and redacted. */
  runTransient(command: TransientCommand, signal: AbortSignal): Promise<CommandResult>;
}
