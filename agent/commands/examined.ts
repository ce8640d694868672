/** What was looked at on a host, what it was looked at with, and how each finding is said. */
import { access, constants, readFile } from 'node:fs/promises';
import type { Clock } from '../base/clock.ts';
import type { AgentFolders } from '../composition.ts';
import type { Settings } from '../config/settings.ts';
import { createRunCommand } from '../host/run-command.ts';
import { socketHolder, type SocketHolder } from '../host/socket-holder.ts';
import type { NodeStatus } from '../report/status.ts';
import type { Invocation } from './invocation.ts';
import type { OpenedRoot } from './open-root.ts';

/** One thing that was looked at; `next` is there where something can be done. */
export interface Examined {
  readonly what: string;
  /** limited: it works, and something is worse than it could be. */
  readonly is: 'ok' | 'limited' | 'lacking';
  readonly detail: string;
  readonly next?: string;
}

/** The machine beneath every root: what is no file of the root that is meant. */
export interface Machine {
  /** Null where it cannot be read. */
  text(path: string): Promise<string | null>;
  isProgram(path: string): Promise<boolean>;
  /** What it printed; null where it failed or is not there. */
  output(argv: readonly string[]): Promise<string | null>;
  /** Null where nobody is seen to have it. */
  socketHolder(inode: string): Promise<SocketHolder | null>;
}

export interface Ground {
  readonly invocation: Invocation;
  readonly machine: Machine;
  readonly root: OpenedRoot;
  readonly folders: AgentFolders;
  /** Null: the configuration has faults. */
  readonly settings: Settings | null;
  /** Of the agent that answers. */
  readonly status: NodeStatus | null;
  /** As this process names it. */
  readonly path: (inRoot: string) => string;
}

const PATIENCE_MS = 5_000;

/** Programs are given five seconds. `shown`: bytes of their output, where 4 KiB are too few. */
export function thisMachine(clock: Clock, signal: AbortSignal, shown?: number): Machine {
  const run = createRunCommand({ clock, ...(shown !== undefined && { shown }) });
  return {
    text: (path) => readFile(path, 'utf8').catch(() => null),
    isProgram: (path) =>
      access(path, constants.X_OK).then(
        () => true,
        () => false,
      ),
    output: async (argv) => {
      const { exitCode, outputTail } = await run({ argv, timeoutMs: PATIENCE_MS }, signal);
      return exitCode === 0 ? outputTail : null;
    },
    socketHolder: (inode) => socketHolder(inode),
  };
}

/** It is as it should be. */
export function fine(what: string, detail: string): Examined {
  return { what, is: 'ok', detail };
}

/** It works all the same. */
export function limited(what: string, detail: string, next: string): Examined {
  return { what, is: 'limited', detail, next };
}

/** The agent cannot do its work without it. */
export function lacking(what: string, detail: string, next: string): Examined {
  return { what, is: 'lacking', detail, next };
}
