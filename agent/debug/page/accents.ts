/** The one colour of each verdict, where no style sheet reaches: the icon of the tab. A test holds it against `style/colours.css`. */
import type { Verdict } from '../../report/status.ts';

const accents: Readonly<Record<Verdict, string>> = {
  OK: '#1a6b3c',
  Changing: '#1f5fa8',
  Waiting: '#7a5200',
  Held: '#6a3fa0',
  RolledBack: '#a82318',
  SafeMode: '#943900',
  Left: '#53565c',
  Observe: '#0f626c',
  Degraded: '#9b1355',
  Unknown: '#4a4f57',
};

export function accent(verdict: Verdict): string {
  return accents[verdict];
}
