/** A shape for each verdict and condition, so that nothing is told by colour alone. */
import type { ResourceCondition, Verdict } from '../../report/status.ts';
import { element, type Element } from './markup.ts';

/** Within 24 by 24, drawn as lines. */
const drawings = {
  check: ['M4.5 12.5 9.5 17.5 19.5 6.5'],
  turning: ['M20 12a8 8 0 0 1-14.2 5', 'M4 12a8 8 0 0 1 14.2-5', 'M18.5 3v4.2h-4.2', 'M5.5 21v-4.2h4.2'],
  clock: ['M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17Z', 'M12 7.5V12l3.2 2'],
  pause: ['M8.5 5v14', 'M15.5 5v14'],
  back: ['M8.5 4.5 4 9l4.5 4.5', 'M4 9h10a5.5 5.5 0 0 1 0 11h-4'],
  shield: ['M12 3 5 6v5.5c0 4.4 2.9 7.6 7 9.5 4.1-1.9 7-5.1 7-9.5V6Z', 'M12 8.5v4', 'M12 16v.1'],
  door: ['M13.5 4h-8v16h8', 'M10.5 12h10', 'M17 8.5l3.5 3.5-3.5 3.5'],
  eye: [
    'M2.5 12s3.5-6.5 9.5-6.5 9.5 6.5 9.5 6.5-3.5 6.5-9.5 6.5S2.5 12 2.5 12Z',
    'M12 9.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6Z',
  ],
  warning: ['M12 4 2.8 20h18.4Z', 'M12 10v4.5', 'M12 17.2v.1'],
  question: ['M8.2 9a3.8 3.8 0 1 1 5.6 3.3c-1.2.7-1.8 1.4-1.8 2.7', 'M12 18.8v.1'],
  cross: ['M6 6l12 12', 'M18 6 6 18'],
  rivals: ['M4 8.5h14', 'M14.5 5 18 8.5 14.5 12', 'M20 15.5H6', 'M9.5 12 6 15.5 9.5 19'],
  unequal: ['M5 9h14', 'M5 15h14', 'M16 4.5 8 19.5'],
  dot: ['M12 8.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7Z'],
  alone: ['M12 4.5a7.5 7.5 0 1 0 0 15 7.5 7.5 0 0 0 0-15Z', 'M6.7 17.3 17.3 6.7'],
  foreign: ['M12 5v14', 'M5 12h14'],
} as const;

type Shape = keyof typeof drawings;

const ofVerdict: Readonly<Record<Verdict, Shape>> = {
  OK: 'check',
  Changing: 'turning',
  Waiting: 'clock',
  Held: 'pause',
  RolledBack: 'back',
  SafeMode: 'shield',
  Left: 'door',
  Observe: 'eye',
  Degraded: 'warning',
  Unknown: 'question',
};

const ofCondition: Readonly<Record<ResourceCondition, Shape>> = {
  ok: 'check',
  placed: 'dot',
  changing: 'turning',
  waiting: 'clock',
  held: 'pause',
  differs: 'unequal',
  contended: 'rivals',
  failed: 'cross',
  unknown: 'question',
  orphaned: 'alone',
  foreign: 'foreign',
};

/** As tall as the style sheet says. */
export function verdictShape(verdict: Verdict): Element {
  return drawn(ofVerdict[verdict]);
}

/** The same, for a line of text. */
export function conditionShape(condition: ResourceCondition): Element {
  return drawn(ofCondition[condition]);
}

/** Hidden from screen readers: the word stands beside it. */
function drawn(shape: Shape): Element {
  const paths = drawings[shape].map((d) => element('path', { d }));
  return element(
    'svg',
    { class: `shape ${shape}`, viewBox: '0 0 24 24', 'aria-hidden': 'true', focusable: 'false' },
    paths,
  );
}

/** The shape in its colour as an address for the icon of a browser's tab. */
export function iconAddress(verdict: Verdict, color: string): string {
  const paths = drawings[ofVerdict[verdict]].map((d) => `<path d="${d}"/>`).join('');
  const lines = `fill="none" stroke="#fff" stroke-width="3" stroke-linecap="round" stroke-linejoin="round"`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="-6 -6 36 36"><rect x="-6" y="-6" width="36" height="36" rx="9" fill="${color}"/><g ${lines}>${paths}</g></svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}
