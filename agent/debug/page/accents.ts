/** The one colour of each verdict, where no style sheet reaches: the icon of the tab. `page.css` has the same. */
import type { Verdict } from '../../report/status.ts';

const accents: Readonly<Record<Verdict, string>> = {
  OK: '#1a6b3c',
  Changing: '#1f5fa8',
  Waiting: '#805500',
  Held: '#6a3fa0',
  RolledBack: '#b3261e',
  SafeMode: '#9a3b00',
  Left: '#56585e',
  Observe: '#0f6670',
  Degraded: '#a01458',
  Unknown: '#4a4f57',
};

export function accent(verdict: Verdict): string {
  return accents[verdict];
}
