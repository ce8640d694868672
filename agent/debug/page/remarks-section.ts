/** What else the agent has to say of the node. */
import type { Reason } from '../../base/errors.ts';
import { oneLine } from '../../base/one-line.ts';
import type { NodeStatus } from '../../report/status.ts';
import { generationName } from '../../report/verdict-words.ts';
import { element, type Child } from './markup.ts';
import type { PageView } from './page-view.ts';
import { reasonWords, remedyWords } from './reason-words.ts';
import { section } from './section.ts';

/** Null where there is nothing. What the band says already is left out. */
export function remarksSection({ status }: PageView): Child {
  const remarks = status.remarks.filter(({ message }) => message !== status.reason?.message);
  const items = [...blockedBefore(status), ...remarks.map((remark) => item(remark.code, null, remark))];
  if (status.mode === 'observe' && status.verdict !== 'Observe')
    items.push(element('li', {}, element('p', {}, 'Mode observe: nothing is changed here.')));
  return items.length === 0 ? null : section('remarks', 'Remarks', element('ul', { class: 'plain' }, items));
}

/** The generation that is wanted stands in the band with its reason; others that are blocked are told here. */
function blockedBefore({ blocked, wanted }: NodeStatus) {
  return blocked
    .filter(({ digest }) => digest !== wanted?.digest)
    .map((one) => item(one.digest, element('strong', {}, `${oneLine(generationName(one))} is blocked: `), one.reason));
}

function item(key: string, before: Child, reason: Reason) {
  return element('li', { 'data-key': key }, element('p', {}, before, reasonWords(reason)), remedyWords(reason));
}
