/** What ends first of what ends by itself. In this release that is a hold; certificates come with their kind. */
import { addressCode } from './address.ts';
import { element, type Child } from './markup.ts';
import type { PageView } from './page-view.ts';
import { section } from './section.ts';
import { leftTime } from './times.ts';

/** Null where nothing ends. */
export function expirySection({ status, now }: PageView): Child {
  const [first] = status.overrides.toSorted((a, b) => a.expires - b.expires);
  if (first === undefined) return null;
  const { kind = 'hold', address, expires } = first;
  const of = address === null ? 'everything' : addressCode(address);
  return section('expiry', 'Nearest expiry', element('p', {}, `The ${kind} of `, of, ', ', leftTime(expires, now)));
}
