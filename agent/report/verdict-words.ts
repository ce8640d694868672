/** The one word for a node: what a person reads first. */
import type { NodeStatus, Verdict } from './status.ts';

const names: Readonly<Record<Verdict, string>> = {
  OK: 'OK',
  Changing: 'Changing',
  Waiting: 'Waiting',
  Held: 'Held',
  RolledBack: 'Rolled back',
  SafeMode: 'Safe mode',
  Left: 'Left',
  Observe: 'Observe',
  Degraded: 'Degraded',
  Unknown: 'Unknown',
};

/** As desired; failed or undone; or pending, by itself or by a person's decision. */
export type Tone = 'good' | 'bad' | 'pending';

/** "Rolled back", for people; data has the verdict itself. */
export function verdictName(verdict: Verdict): string {
  return names[verdict];
}

/** In capitals, where there is only a line of text to stand out of. */
export function verdictWord(verdict: Verdict): string {
  return names[verdict].toUpperCase();
}

/** How the word is painted; `Unknown` is never good. */
export function verdictTone(verdict: Verdict): Tone {
  switch (verdict) {
    case 'OK':
      return 'good';
    case 'RolledBack':
    case 'SafeMode':
    case 'Degraded':
    case 'Unknown':
      return 'bad';
    case 'Changing':
    case 'Waiting':
    case 'Held':
    case 'Left':
    case 'Observe':
      return 'pending';
  }
}

/** "lb/42". */
export function generationName(ref: { readonly series: string; readonly generation: number }): string {
  return `${ref.series}/${ref.generation}`;
}

/** "running lb/42, wanted lb/43 (blocked)", or just "lb/43" where both are one. */
export function generations(status: NodeStatus): string {
  const { running, wanted } = status;
  if (status.verdict === 'Left') return 'nothing is managed';
  if (wanted === undefined) return running === undefined ? 'no spec yet' : `running ${generationName(running)}`;
  const name = generationName(wanted);
  if (running?.digest === wanted.digest) return `running ${name}`;
  const blocked = status.blocked.some(({ digest }) => digest === wanted.digest) ? ' (blocked)' : '';
  return `running ${running === undefined ? 'as found' : generationName(running)}, wanted ${name}${blocked}`;
}

/** "OK, running lb/43, 31 resources": what `systemctl status` shows. */
export function statusLine(status: NodeStatus): string {
  const reason = status.reason === undefined ? '' : `: ${status.reason.message}`;
  const total = status.total === 0 ? '' : `, ${status.total} resources`;
  return `${verdictWord(status.verdict)}, ${generations(status)}${total}${reason}`;
}
