/** A reason on the page: the sentence, its code, and what helps. */
import type { Reason } from '../../base/errors.ts';
import { oneLine } from '../../base/one-line.ts';
import { element, type Child } from './markup.ts';

/** "haproxy.cfg:31:7"; null where the reason has no place in a document. */
function placeWords({ place }: Reason): string | null {
  if (place?.file === undefined && place?.pointer === undefined) return null;
  const where = place.file ?? place.pointer ?? '';
  return oneLine([where, place.line, place.column].filter((part) => part !== undefined).join(':'));
}

/** The sentence and the code that `keelson explain` takes. */
export function reasonWords(reason: Reason): Child[] {
  const place = placeWords(reason);
  return [
    oneLine(reason.message),
    place === null ? null : [' ', element('code', { class: 'place' }, place)],
    ' ',
    element('code', { class: 'code', title: `keelson explain ${oneLine(reason.code)}` }, oneLine(reason.code)),
  ];
}

/** What a person does about it; null where the reason does not say. */
export function remedyWords(reason: Reason | undefined): Child {
  return reason?.remedy === undefined ? null : element('p', { class: 'remedy' }, oneLine(reason.remedy));
}
