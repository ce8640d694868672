/** All that is seen of the page: the same function in the agent and in the browser. */
import { oneLine } from '../../base/one-line.ts';
import { eventsSection } from './events-section.ts';
import { expirySection } from './expiry-section.ts';
import { holdsSection } from './holds-section.ts';
import { element, type Child, type Element } from './markup.ts';
import { PLAIN_QUERY, queryText } from './page-query.ts';
import type { PageView } from './page-view.ts';
import { planSection } from './plan-section.ts';
import { remarksSection } from './remarks-section.ts';
import { resourcesSection } from './resources-section.ts';
import { ageTime, wallTime } from './times.ts';
import { verdictBand } from './verdict-band.ts';
import { waitsSection } from './waits-section.ts';

export function pageBody(view: PageView): Element {
  const query = view.query ?? PLAIN_QUERY;
  return element(
    'body',
    {},
    element('a', { class: 'skip', href: '#main' }, 'Skip to the verdict'),
    element('header', {}, element('p', { class: 'node' }, oneLine(view.status.node)), hearing(view)),
    element('p', { class: 'unseen', role: 'status' }, view.announcement ?? null),
    element(
      'main',
      {
        id: 'main',
        tabindex: '-1',
        'data-verdict': view.status.verdict,
        class: view.connection === 'lost' ? 'lost' : undefined,
      },
      lostNotice(view),
      verdictBand(view),
      element(
        'div',
        { class: 'parts' },
        element(
          'div',
          { class: 'first' },
          resourcesSection(view, query),
          waitsSection(view, query),
          planSection(view, query),
        ),
        element(
          'div',
          { class: 'second' },
          expirySection(view),
          holdsSection(view),
          remarksSection(view),
          eventsSection(view, query),
        ),
      ),
    ),
    footer(view),
  );
}

/** How fresh it is. A page that hears nothing says of when it is, and nothing that could be taken for now. */
function hearing({ connection = 'loaded', now, asOf = now, query = PLAIN_QUERY }: PageView): Child {
  const words: Record<typeof connection, Child> = {
    loaded: ['State of ', wallTime(asOf, now), ' ', element('a', { href: queryText(query) }, 'Load again')],
    connecting: ['State of ', wallTime(asOf, now), ', connecting …'],
    live: ['Live'],
    polled: ['State of ', wallTime(asOf, now), ', asked for every ten seconds'],
    lost: ['State of ', wallTime(asOf, now)],
  };
  return element('p', { class: `hearing ${connection}` }, words[connection]);
}

function lostNotice({ connection, now, asOf = now }: PageView): Child {
  if (connection !== 'lost') return null;
  return element(
    'p',
    { class: 'notice' },
    element('strong', {}, 'Connection lost'),
    ', showing the state of ',
    wallTime(asOf, now),
    ', ',
    ageTime(asOf, now),
    ' old. Trying again by itself.',
  );
}

function footer({ status }: PageView): Element {
  const facts: readonly (readonly [string, string])[] = [
    ['Node', oneLine(status.node)],
    ['Agent', oneLine(status.agentVersion)],
    ['Mode', status.mode],
    ['Boot', oneLine(status.bootId)],
  ];
  return element(
    'footer',
    {},
    element(
      'dl',
      {},
      facts.map(([name, value]) => element('div', {}, element('dt', {}, name), element('dd', {}, value))),
    ),
    element(
      'nav',
      { 'aria-label': 'The same for programs' },
      ['/v1/status', '/v1/resources', '/metrics', '/readyz', '/openapi.json'].map((path) => [
        ' ',
        element('a', { href: path }, path),
      ]),
    ),
  );
}
