/** The newest events, and on demand a page of them. */
import type { EventRecord } from '../../report/events.ts';
import { eventMark, eventTone, eventWords } from '../../report/event-words.ts';
import { element, type Child, type Element } from './markup.ts';
import { EVENTS_PER_PAGE, FEW_EVENTS, queryText, type PageQuery } from './page-query.ts';
import type { PageView } from './page-view.ts';
import { pageLink, section } from './section.ts';
import { wallTime } from './times.ts';

export function eventsSection(view: PageView, query: PageQuery): Element {
  const shown = view.events.slice(query.events === null ? -FEW_EVENTS : -EVENTS_PER_PAGE).toReversed();
  return section(
    'events',
    query.events === null ? 'Last events' : 'Events',
    shown.length === 0
      ? element('p', { class: 'nothing' }, 'No event yet.')
      : element(
          'ol',
          { class: 'events', reversed: true, 'aria-label': 'Events, newest first' },
          shown.map((event) => item(event, view.now)),
        ),
    element('p', { class: 'pager' }, links(view, query, shown)),
  );
}

function item(event: EventRecord, now: number): Element {
  const tone = eventTone(event.type);
  return element(
    'li',
    { 'data-key': `${event.logId}/${event.seq}`, class: tone ?? undefined },
    element('span', { class: 'mark', 'aria-hidden': 'true' }, eventMark(event)),
    wallTime(event.at, now),
    element('span', { class: 'type' }, event.type),
    element('span', { class: 'says' }, eventWords(event)),
  );
}

function links({ lastEvent, events }: PageView, query: PageQuery, shown: readonly EventRecord[]): Child[] {
  const to = (asked: PageQuery['events'], words: string): Child =>
    pageLink(queryText({ ...query, events: asked }), {}, words);
  if (query.events === null) return shown.length < FEW_EVENTS ? [] : [to({ before: null }, 'More events')];
  const oldest = shown.at(-1)?.seq ?? 0;
  const newest = lastEvent ?? events.at(-1)?.seq ?? 0;
  const isNewest = (shown[0]?.seq ?? 0) >= newest;
  return [
    to(null, 'Fewer events'),
    isNewest ? null : [' ', to({ before: null }, 'Newest')],
    oldest > 1 && shown.length === EVENTS_PER_PAGE && [' ', to({ before: oldest }, 'Older')],
  ];
}
