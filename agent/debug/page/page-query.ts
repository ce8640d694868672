/** What a reader asked the page to show: the part of its address after `?`, the same with and without a script. */
import { CONDITIONS } from '../../report/condition-words.ts';
import type { ResourceCondition } from '../../report/status.ts';

/** `not-ok`: what differs in any way; what waits is listed by itself. */
export type Show = 'not-ok' | 'all' | ResourceCondition;

export interface PageQuery {
  readonly show: Show;
  /** Text that address, reason or detail must have. */
  readonly search: string;
  /** Of the list of resources, from 1. */
  readonly page: number;
  /** A page of events instead of the newest few; `before` is the number of the event that follows it. */
  readonly events: { readonly before: number | null } | null;
  /** Show the plan: it makes the agent look at the host. */
  readonly plan: boolean;
}

export const PLAIN_QUERY: PageQuery = { show: 'not-ok', search: '', page: 1, events: null, plan: false };

/** How many events the page shows of itself, and how many where more are asked for. */
export const FEW_EVENTS = 5;
export const EVENTS_PER_PAGE = 50;

const longestSearch = 200;

export const SHOWABLE: readonly Show[] = ['not-ok', 'all', ...CONDITIONS];

/** What cannot be understood is as if it were not there: an address that is typed wrong still shows the node. */
export function parseQuery(given: URLSearchParams): PageQuery {
  const show = SHOWABLE.find((known) => known === given.get('show')) ?? 'not-ok';
  const before = wholeNumber(given.get('before'));
  return {
    show,
    // As a browser's parser reads it in what the agent writes: the script, which draws the same, would put a NUL there.
    search: (given.get('q') ?? '').replaceAll('\0', '\uFFFD').slice(0, longestSearch),
    page: Math.max(1, wholeNumber(given.get('page')) ?? 1),
    events: given.get('events') === 'more' ? { before } : null,
    plan: given.get('plan') === 'now',
  };
}

/** "?show=all", with a question mark also where nothing follows: a link to the page itself. */
export function queryText({ show, search, page, events, plan }: PageQuery): string {
  const text = new URLSearchParams();
  if (show !== 'not-ok') text.set('show', show);
  if (search !== '') text.set('q', search);
  if (page > 1) text.set('page', String(page));
  if (events !== null) text.set('events', 'more');
  if (events !== null && events.before !== null) text.set('before', String(events.before));
  if (plan) text.set('plan', 'now');
  return `?${text.toString()}`;
}

function wholeNumber(text: string | null): number | null {
  return text !== null && /^\d{1,15}$/u.test(text) ? Number(text) : null;
}
