/** `onChange`: what a change of a resource owes to others, by target. */
import type { OnChange } from './shared-types.ts';
import type { Findings } from './findings.ts';
import { childPointer } from './pointer.ts';
import { quoted } from '../base/words.ts';
import { parseDuration } from '../base/units.ts';

/** The name of a unit of systemd. */
export const UNIT_PATTERN = String.raw`[A-Za-z0-9:_.\\@-]+\.(?:service|socket|timer|path|target|mount)`;
/** `unit:x.service`, `pod:x`, `process:NAME`, `pidfile:/run/x.pid`, `command:<words>`. */
export const TARGET_PATTERN = String.raw`^(?:unit:${UNIT_PATTERN}|pod:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|process:[^\s/\u0000-\u001F\u007F]{1,64}|pidfile:/[^\u0000-\u001F\u007F]+|command:[^\u0000-\u001F\u007F]{1,128})$`;

/** What may be sent to a process. SIGKILL and SIGSTOP are restarts done badly. */
export const SIGNALS = [
  'SIGHUP',
  'SIGINT',
  'SIGQUIT',
  'SIGUSR1',
  'SIGUSR2',
  'SIGALRM',
  'SIGTERM',
  'SIGCONT',
  'SIGWINCH',
  'SIGURG',
  'SIGTTIN',
  'SIGTTOU',
] as const;

const verbsOf: Readonly<Record<string, readonly OnChange['verb'][]>> = {
  unit: ['reload', 'restart', 'signal'],
  pod: ['restart', 'signal'],
  process: ['signal'],
  pidfile: ['signal'],
  command: ['command'],
};

export const DEFAULT_COMMAND_TIMEOUT_MS = 10_000;

type RawReaction =
  | 'reload'
  | 'restart'
  | { readonly signal: string }
  | { readonly exec: readonly string[]; readonly timeout?: string };

/** From the (schema-valid) map, sorted by target. */
export function onChangeOf(
  raw: Readonly<Record<string, unknown>>,
  pointer: string,
  findings: Findings,
): readonly OnChange[] {
  const targets = Object.keys(raw).toSorted();
  return targets.map((target) => {
    const reaction = reactionOf(target as OnChange['target'], raw[target] as RawReaction);
    const prefix = target.slice(0, target.indexOf(':'));
    const verbs = verbsOf[prefix] ?? [];
    if (!verbs.includes(reaction.verb)) {
      const can = verbs.map((verb) => (verb === 'command' ? 'exec' : verb)).join(', ');
      findings.add(
        'KSN-SPEC-035',
        `${quoted(target)} cannot ${reaction.verb === 'command' ? 'exec' : reaction.verb}; ${prefix}: targets take ${can}`,
        childPointer(pointer, target),
      );
    }
    return reaction;
  });
}

function reactionOf(target: OnChange['target'], raw: RawReaction): OnChange {
  if (typeof raw === 'string') return { target, verb: raw };
  if ('signal' in raw) return { target, verb: 'signal', signal: raw.signal };
  const timeoutMs = (raw.timeout === undefined ? null : parseDuration(raw.timeout)) ?? DEFAULT_COMMAND_TIMEOUT_MS;
  return { target, verb: 'command', command: { argv: [...raw.exec], timeoutMs } };
}
