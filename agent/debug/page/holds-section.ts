/** What a person holds: who, why, and how long it has left. */
import { oneLine } from '../../base/one-line.ts';
import { addressCode } from './address.ts';
import { element, type Child } from './markup.ts';
import type { PageView } from './page-view.ts';
import { section } from './section.ts';
import { leftTime } from './times.ts';

/** What ends first comes first. Null where nothing is held. */
export function holdsSection({ status, now }: PageView): Child {
  if (status.overrides.length === 0) return null;
  const byEnd = status.overrides.toSorted((a, b) => a.expires - b.expires);
  const holds = byEnd.map(({ id, address, by, reason, expires }) =>
    element(
      'li',
      { 'data-key': id },
      element('p', {}, address === null ? 'Everything' : addressCode(address)),
      element('p', { class: 'quote' }, `“${oneLine(reason)}”`),
      element(
        'p',
        { class: 'detail' },
        `${oneLine(by)}, `,
        leftTime(expires, now),
        ' ',
        element('code', {}, oneLine(id)),
      ),
    ),
  );
  return section('holds', 'Held', element('ul', { class: 'plain' }, holds));
}
