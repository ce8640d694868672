/** Points in time as people read them, with the exact one beside. */
import type { Instant } from '../../base/clock.ts';
import { clockTime, left, span } from '../../base/spans.ts';
import { element, type Element } from './markup.ts';

/** "4 min". */
export function ageTime(at: Instant, now: Instant): Element {
  return timeElement(at, now, span(now - at));
}

/** "38 min left". */
export function leftTime(until: Instant, now: Instant): Element {
  return timeElement(until, now, left(until, now));
}

/** "03:12:40Z". */
export function wallTime(at: Instant, now: Instant): Element {
  return timeElement(at, now, clockTime(at, now));
}

function timeElement(at: Instant, now: Instant, words: string): Element {
  return element('time', { datetime: new Date(at).toISOString(), title: clockTime(at, now) }, words);
}
