/**
 * Effects that need nothing but the kernel: signals to processes by name or pid file, and commands. Targets whose
 * manager has no port yet (pods) are skipped, visibly.
 */
import { bug } from '../base/errors.ts';
import { effectError } from './effect-errors.ts';
import type { Effect, EffectSupport, Host } from './kind.ts';

/** Nothing is there that could take note of the change; shown, and no failure. */
export class EffectSkipped extends Error {
  override readonly name = 'EffectSkipped';
}

/** What can be known of a process from /proc, and compared again before it is signalled. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly parent: number;
  /** As the kernel has it: at most 15 bytes. */
  readonly name: string;
  /** First word of its command line. */
  readonly argv0: string;
  /** With the pid, tells it from a later process of the same number. */
  readonly startTime: string;
}

/** The processes of the kernel that the agent runs on, zombies and kernel threads left out. */
export interface ProcessTable {
  all(): Promise<readonly ProcessIdentity[]>;
  byPid(pid: number): Promise<ProcessIdentity | null>;
  /** False when it has gone, or its number is another's now. Throws an error with `code` where it may not. */
  signal(process: ProcessIdentity, signal: string): Promise<boolean>;
}

/** `run` throws EffectSkipped for pods, which have no port in this release. */
export function processEffects(table: ProcessTable): EffectSupport {
  return {
    prefixes: ['process', 'pidfile', 'command', 'pod'],
    async run(effect, host, signal) {
      const colon = effect.target.indexOf(':');
      const rest = effect.target.slice(colon + 1);
      switch (effect.target.slice(0, colon)) {
        case 'process':
          return signalNamed(table, rest, effect);
        case 'pidfile':
          return signalByFile(table, rest, effect, host);
        case 'command':
          return runCommand(effect, host, signal);
        case 'pod':
          throw new EffectSkipped(`${effect.verb} ${effect.target}: no kubelet port in this release`);
        default:
          throw bug(`process effects were given ${effect.target}`);
      }
    },
  };
}

/** To every process of that name whose parent is not one of them: a daemon's master, never its workers. */
async function signalNamed(table: ProcessTable, name: string, effect: Effect): Promise<void> {
  const named = (await table.all()).filter((each) => each.name === name || baseName(each.argv0) === name);
  const pids = new Set(named.map(({ pid }) => pid));
  let reached = 0;
  for (const process of named) if (!pids.has(process.parent) && (await send(table, process, effect))) reached += 1;
  if (reached === 0) throw new EffectSkipped(`no process ${name} runs that ${signalOf(effect)} could reach`);
}

async function signalByFile(table: ProcessTable, path: string, effect: Effect, host: Host): Promise<void> {
  if ((await host.fs.lstat(path)) === null)
    throw new EffectSkipped(`${path} is not there: nothing runs that ${signalOf(effect)} could reach`);
  const text = Buffer.from(await host.fs.read(path, 4_096))
    .toString('utf8')
    .trim();
  const pid = /^\d{1,10}$/.test(text.split('\n')[0] ?? '') ? Number.parseInt(text, 10) : 0;
  if (pid <= 1) throw effectError('KSN-EFFECT-002', `${path} holds no pid of a service`, { element: effect.target });
  const process = await table.byPid(pid);
  if (process === null || !(await send(table, process, effect))) {
    throw new EffectSkipped(`${path} names process ${pid}, which has gone: nothing to send ${signalOf(effect)} to`);
  }
}

async function send(table: ProcessTable, process: ProcessIdentity, effect: Effect): Promise<boolean> {
  const signal = signalOf(effect);
  try {
    return await table.signal(process, signal);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unexpected failure';
    throw effectError('KSN-EFFECT-001', `${signal} to ${process.name} (${process.pid}): ${code}`, {
      element: effect.target,
      cause: error,
    });
  }
}

/**
 * The id is the same when a crash makes it run again: a command that must not act twice can tell by it. Its output is
 * quoted nowhere: it may be a file that only root reads. Nor are its arguments, which may be secrets themselves.
 */
async function runCommand(effect: Effect & { readonly id: string }, host: Host, signal: AbortSignal): Promise<void> {
  const { command, target, id } = effect;
  if (command === undefined) throw bug(`${target} has no command`);
  const [program = ''] = command.argv;
  const result = await host.run(command, signal, { KEELSON_EFFECT_ID: id });
  if (result.exitCode === 0) return;
  if (result.startError !== undefined)
    throw effectError('KSN-EFFECT-003', `${program} cannot be started (${result.startError})`, { element: target });
  const how = result.timedOut
    ? `not done within ${command.timeoutMs / 1000} s`
    : result.exitCode === null
      ? `killed by ${result.signal}`
      : `exit ${result.exitCode}`;
  throw effectError('KSN-EFFECT-004', `${program}: ${how}; its output is not shown, run it by hand`, {
    element: target,
  });
}

function signalOf(effect: Effect): string {
  if (effect.signal === undefined) throw bug(`${effect.target} has no signal`);
  return effect.signal;
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
