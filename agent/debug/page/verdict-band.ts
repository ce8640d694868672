/** The top of the page: one word, the reason, what runs, since when, the next step. */
import { oneLine } from '../../base/one-line.ts';
import type { GenerationRef, NodeStatus, Verdict } from '../../report/status.ts';
import { generationName, verdictName } from '../../report/verdict-words.ts';
import { element, type Child, type Element } from './markup.ts';
import type { PageView } from './page-view.ts';
import { reasonWords } from './reason-words.ts';
import { unseen } from './section.ts';
import { verdictShape } from './shapes.ts';
import { ageTime, wallTime } from './times.ts';

/** What the word means, where no reason says more. */
const meanings: Readonly<Record<Verdict, string>> = {
  OK: 'Everything is as desired, and every gate held.',
  Changing: 'A change is under way, or its gates have not held long enough.',
  Waiting: 'Nothing failed; something must happen first.',
  Held: 'A person holds what differs.',
  RolledBack: 'What was wanted is blocked; the last known good runs.',
  SafeMode: 'Nothing is changed until a person ends it.',
  Left: 'Nothing is managed here any more.',
  Observe: 'What differs is shown, and left as it is.',
  Degraded: 'Something failed that does not roll back.',
  Unknown: 'How the node is, is not known yet.',
};

/** A region named by the word. */
export function verdictBand(view: PageView): Element {
  const { status, now } = view;
  const next =
    status.next ?? status.reason?.remedy ?? (status.verdict === 'OK' ? 'nothing' : 'nothing; it goes on by itself');
  return element(
    'section',
    { class: 'band', 'aria-labelledby': 'verdict' },
    element(
      'div',
      { class: 'word' },
      verdictShape(status.verdict),
      element(
        'h1',
        { id: 'verdict' },
        unseen(`${oneLine(status.node)}: `),
        lastKnown(view),
        verdictName(status.verdict),
      ),
      element('p', { class: 'since' }, 'for ', ageTime(status.since, now), ', since ', wallTime(status.since, now)),
    ),
    element(
      'div',
      { class: 'why' },
      element(
        'p',
        { class: 'reason' },
        status.reason === undefined ? meanings[status.verdict] : reasonWords(status.reason),
      ),
      status.rollbackIncomplete !== undefined &&
        element('p', { class: 'open' }, 'The rollback is not complete: ', reasonWords(status.rollbackIncomplete)),
      rebootLine(status),
      element('p', { class: 'next' }, element('strong', {}, 'Next'), ' ', oneLine(next)),
    ),
    generations(status),
  );
}

/** "Rolled back: the file … does not contain …": the band for a screen reader, on one line. */
export function verdictSentence({ verdict, reason }: NodeStatus): string {
  return `${verdictName(verdict)}: ${oneLine(reason?.message ?? meanings[verdict])}`;
}

/** The first reason, and how many more there are. */
function rebootLine({ reboot }: NodeStatus): Child {
  const [first, ...more] = reboot?.why ?? [];
  if (first === undefined) return null;
  return element(
    'p',
    { class: 'reboot' },
    element('strong', {}, 'Reboot needed'),
    ' ',
    reasonWords(first),
    more.length > 0 && ` and ${more.length} more`,
  );
}

/** A word that may be old says so before it is read. */
function lastKnown({ connection, asOf, now }: PageView): Child {
  if (connection !== 'lost') return null;
  return element('span', { class: 'last-known' }, 'Last known, at ', wallTime(asOf ?? now, now), ': ');
}

function generations(status: NodeStatus): Element {
  const { wanted, running, lastKnownGood, verdict } = status;
  const isBlocked = status.blocked.some(({ digest }) => digest === wanted?.digest);
  return element(
    'dl',
    { class: 'generations' },
    generation('Wanted', wanted, 'no spec yet', isBlocked && element('strong', { class: 'blocked' }, 'blocked')),
    generation('Running', running, verdict === 'Left' ? 'nothing is managed' : 'as found'),
    generation('Last known good', lastKnownGood, 'none yet'),
  );
}

function generation(name: string, ref: GenerationRef | undefined, none: string, ...more: readonly Child[]): Element {
  const words =
    ref === undefined
      ? element('span', { class: 'none' }, none)
      : element('span', { class: 'generation', title: oneLine(ref.digest) }, oneLine(generationName(ref)));
  return element('div', {}, element('dt', {}, name), element('dd', {}, words, ' ', more));
}
