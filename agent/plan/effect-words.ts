/** What a change will do to what runs, in the words of `keelson plan`. */
import type { Draft, Effect } from '../resources/kind.ts';
import { oneLine } from '../base/one-line.ts';

/** By convention these ask a program to look at its configuration again. */
const gentleSignals: ReadonlySet<string> = new Set(['SIGHUP', 'SIGUSR1', 'SIGUSR2', 'SIGWINCH']);

/** "SIGUSR2 pod:haproxy, no interruption"; empty when the change owes nothing. */
export function effectWords(draft: Draft<unknown>): string {
  return draft.effects.map(one).join('; ');
}

function one(effect: Effect): string {
  const target = oneLine(effect.target);
  switch (effect.verb) {
    case 'signal': {
      const signal = effect.signal ?? 'signal';
      return `${signal} ${target}${gentleSignals.has(signal) ? ', no interruption' : ''}`;
    }
    case 'reload':
      return `reload ${target}, no interruption`;
    case 'restart':
      return `restart ${target}, interrupts it`;
    case 'command':
      return `run ${target}`;
    case 'daemon-reload':
    case 'sysctl':
      return effect.verb;
  }
}
