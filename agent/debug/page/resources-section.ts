/** What differs, and on demand every resource: counts, filter, search, and a page of rows. */
import { oneLine } from '../../base/one-line.ts';
import { counted } from '../../base/words.ts';
import { CONDITIONS, conditionWord } from '../../report/condition-words.ts';
import type { NodeStatus, ResourceStatus } from '../../report/status.ts';
import { addressCode } from './address.ts';
import { element, type Child, type Element } from './markup.ts';
import { queryText, SHOWABLE, type PageQuery, type Show } from './page-query.ts';
import type { PageView } from './page-view.ts';
import { reasonWords, remedyWords } from './reason-words.ts';
import { resourceList, type ResourceList } from './resource-list.ts';
import { pageLink, section, table, type Row } from './section.ts';
import { conditionShape } from './shapes.ts';
import { ageTime } from './times.ts';

export function resourcesSection(view: PageView, query: PageQuery): Element {
  const list = resourceList(view.resources, query);
  return section(
    'resources',
    query.show === 'not-ok' && query.search === '' ? 'What differs' : 'Resources',
    countsLine(view.status, query),
    filterForm(query, view.connection === 'live' || view.connection === 'lost'),
    list.found === 0
      ? element('p', { class: 'nothing' }, nothing(view.status, query))
      : table(captionWords(query), ['Resource', 'Is', 'Why', 'For'], rowsOf(list.rows, view.now)),
    pager(list, query),
  );
}

/** "31 resources: 30 ok, 1 held", each a link to those. */
function countsLine(status: NodeStatus, query: PageQuery): Element {
  const present = CONDITIONS.filter((condition) => (status.counts[condition] ?? 0) > 0);
  return element(
    'p',
    { class: 'counts' },
    showLink(query, 'all', counted(status.total, 'resource')),
    present.map((condition) => [
      ' ',
      showLink(
        query,
        condition,
        conditionShape(condition),
        ` ${status.counts[condition] ?? 0} ${conditionWord(condition)}`,
      ),
    ]),
  );
}

function showLink(query: PageQuery, show: Show, ...children: readonly Child[]): Element {
  const current = query.show === show ? 'true' : undefined;
  return pageLink(queryText({ ...query, show, page: 1 }), { class: 'count', 'aria-current': current }, children);
}

/** A form that works without a script; with one it answers to each key, and needs no button. */
function filterForm(query: PageQuery, isLive: boolean): Element {
  const options = SHOWABLE.map((show) =>
    element('option', { value: show, selected: show === query.show }, showWords(show)),
  );
  return element(
    'form',
    { class: 'filter', method: 'get', role: 'search', 'aria-label': 'Resources' },
    element('label', {}, 'Show ', element('select', { name: 'show', id: 'show' }, options)),
    element(
      'label',
      {},
      'Search ',
      element('input', {
        type: 'search',
        name: 'q',
        id: 'q',
        value: query.search,
        autocomplete: 'off',
        spellcheck: 'false',
      }),
    ),
    query.events !== null && element('input', { type: 'hidden', name: 'events', value: 'more' }),
    query.plan && element('input', { type: 'hidden', name: 'plan', value: 'now' }),
    element('button', { type: 'submit', hidden: isLive }, 'Apply'),
  );
}

function showWords(show: Show): string {
  if (show === 'not-ok') return 'what differs';
  return show === 'all' ? 'everything' : `only: ${conditionWord(show)}`;
}

function captionWords({ show, search }: PageQuery): string {
  return `Resources: ${showWords(show)}${search === '' ? '' : `, with “${oneLine(search)}”`}`;
}

function nothing(status: NodeStatus, { show, search }: PageQuery): string {
  if (search !== '') return `Nothing here has “${oneLine(search)}” in it.`;
  if (show !== 'not-ok') return 'No resource is like that.';
  if (status.total === 0) return 'There are no resources yet.';
  if (status.verdict === 'Unknown') return 'Nothing is known to differ; not everything was looked at.';
  return (status.counts.waiting ?? 0) > 0 ? 'Nothing differs but what waits.' : 'Nothing differs.';
}

/** A remedy that many rows share is said once, at the first of them. */
function rowsOf(resources: readonly ResourceStatus[], now: number): Row[] {
  const said = new Set<string>();
  return resources.map((resource) => {
    const { address, condition, reason, detail } = resource;
    const remedy = reason?.remedy;
    const isNew = remedy !== undefined && !said.has(remedy);
    if (remedy !== undefined) said.add(remedy);
    return {
      key: address,
      cells: [
        ['address', addressCode(address)],
        ['is', element('span', { class: `condition ${condition}` }, conditionShape(condition), ` ${condition}`)],
        [
          'because',
          reason === undefined ? null : element('p', {}, reasonWords(reason)),
          detailWords(detail),
          isNew && remedyWords(reason),
        ],
        ['for', ageTime(resource.since, now)],
      ],
    };
  });
}

function detailWords(detail: string | undefined): Child {
  return detail === undefined ? null : element('p', { class: 'detail' }, oneLine(detail));
}

function pager({ found, page, pages }: ResourceList, query: PageQuery): Child {
  if (pages === 1) return null;
  return element(
    'nav',
    { class: 'pager', 'aria-label': 'Pages of resources' },
    page > 1 && pageLink(queryText({ ...query, page: page - 1 }), { rel: 'prev' }, 'Previous'),
    element('span', {}, `Page ${page} of ${pages}, ${counted(found, 'resource')}`),
    page < pages && pageLink(queryText({ ...query, page: page + 1 }), { rel: 'next' }, 'Next'),
  );
}
