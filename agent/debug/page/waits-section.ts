/** What waits, for what, and how long already. */
import { oneLine } from '../../base/one-line.ts';
import { addressCode } from './address.ts';
import { element, type Child } from './markup.ts';
import { queryText, type PageQuery } from './page-query.ts';
import type { PageView } from './page-view.ts';
import { reasonWords } from './reason-words.ts';
import { waitingList } from './resource-list.ts';
import { pageLink, section, table } from './section.ts';
import { ageTime } from './times.ts';

/** More are one link away, among the resources. */
const mostShown = 10;

/** Null where nothing waits. */
export function waitsSection(view: PageView, query: PageQuery): Child {
  const waiting = waitingList(view.resources);
  if (waiting.length === 0) return null;
  const rows = waiting.slice(0, mostShown).map(({ address, reason, detail, since }) => ({
    key: address,
    cells: [
      ['address', addressCode(address)],
      ['because', reason === undefined ? oneLine(detail ?? 'not said') : reasonWords(reason)],
      ['for', ageTime(since, view.now)],
    ] as const,
  }));
  const rest = waiting.length - rows.length;
  return section(
    'waits',
    'What waits',
    table('What waits, longest first', ['Resource', 'For what', 'For'], rows),
    rest > 0 &&
      element(
        'p',
        { class: 'more' },
        pageLink(queryText({ ...query, show: 'waiting', search: '', page: 1 }), {}, `${rest} more`),
      ),
  );
}
