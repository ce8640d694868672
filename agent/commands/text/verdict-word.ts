/** The one word for a node: what a person reads first. */
import type { NodeStatus, Verdict } from '../../report/status.ts';
import type { Palette } from './palette.ts';

const words: Readonly<Record<Verdict, string>> = {
  OK: 'OK',
  Changing: 'CHANGING',
  Waiting: 'WAITING',
  Held: 'HELD',
  RolledBack: 'ROLLED BACK',
  SafeMode: 'SAFE MODE',
  Left: 'LEFT',
  Observe: 'OBSERVE',
  Degraded: 'DEGRADED',
  Unknown: 'UNKNOWN',
};

/** In capitals, for people; data has the verdict itself. */
export function verdictWord(verdict: Verdict): string {
  return words[verdict];
}

/** How the word is painted; `unknown` is never green. */
export function verdictColor(verdict: Verdict, palette: Palette): (text: string) => string {
  switch (verdict) {
    case 'OK':
      return palette.good;
    case 'RolledBack':
    case 'SafeMode':
    case 'Degraded':
    case 'Unknown':
      return palette.bad;
    case 'Changing':
    case 'Waiting':
    case 'Held':
    case 'Left':
    case 'Observe':
      return palette.pending;
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
