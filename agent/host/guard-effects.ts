/** What the undo of a change owes to others, as calls of its script's functions (guard-shell.ts). */
import { bug } from '../base/errors.ts';
import type { Effect } from '../resources/kind.ts';
import { shellLine } from './shell-words.ts';

export interface EffectOptions {
  /** Of a path in the root. */
  readonly physical: (path: string) => Promise<string>;
  readonly hasSystemd: boolean;
}

/** Lines of shell, daemon-reload first; units only where systemd runs. */
export async function effectLines(effects: readonly Effect[], options: EffectOptions): Promise<readonly string[]> {
  const first = effects.some(({ verb }) => verb === 'daemon-reload') && options.hasSystemd;
  const calls = await Promise.all(effects.map((effect, index) => callOf(effect, index + 1, options)));
  return [...(first ? [['systemctl', 'daemon-reload']] : []), ...calls.filter((call) => call !== null)].map(shellLine);
}

/** Null: what nothing here can reach without the agent (pods). */
async function callOf(
  effect: Effect,
  number: number,
  { physical, hasSystemd }: EffectOptions,
): Promise<readonly string[] | null> {
  const { target, verb, command } = effect;
  const rest = target.slice(target.indexOf(':') + 1);
  switch (target.slice(0, target.indexOf(':'))) {
    case 'trust':
      // A tool of the machine: what is none of the machine it must not touch.
      if (!hasSystemd || command === undefined) return null;
      return runCall(number, command.timeoutMs, command.argv);
    case 'command':
      if (command === undefined) throw bug(`${target} has no command`);
      return runCall(number, command.timeoutMs, command.argv);
    case 'process':
      return ['signal_named', signalOf(effect), rest];
    case 'pidfile':
      return ['signal_by_file', signalOf(effect), await physical(rest)];
    case 'unit':
      if (!hasSystemd || (verb !== 'reload' && verb !== 'restart' && verb !== 'signal')) return null;
      return ['unit', verb, rest, ...(verb === 'signal' ? [signalOf(effect)] : [])];
    default:
      return null;
  }
}

/** Ended at its deadline, as the agent would. */
export function runCall(number: number, timeoutMs: number, argv: readonly string[]): readonly string[] {
  return ['run', String(number), String(timeoutMs / 1000), ...argv];
}

/** As kill(1) of every shell takes it: 'HUP'. */
function signalOf({ signal, target }: Effect): string {
  const name = /^SIG([A-Z0-9]+)$/.exec(signal ?? '')?.[1];
  if (name === undefined) throw bug(`${target} has no signal`);
  return name;
}
