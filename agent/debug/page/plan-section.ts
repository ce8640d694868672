/** What the agent would change now. */
import { oneLine } from '../../base/one-line.ts';
import type { Preview } from '../../plan/preview.ts';
import { consequences, markOf, planSum, type Mark } from '../../plan/preview-words.ts';
import { addressCode } from './address.ts';
import { element, type Child, type Element } from './markup.ts';
import { queryText, type PageQuery } from './page-query.ts';
import type { PageView } from './page-view.ts';
import { reasonWords, remedyWords } from './reason-words.ts';
import { pageLink, section, table, unseen } from './section.ts';

const mostShown = 100;

const markWords: Readonly<Record<Mark, string>> = { '+': 'new', '~': 'changed', '-': 'removed' };

/** Shown when somebody asks for it: the agent looks at the host to say it. */
export function planSection({ plan, planFailure }: PageView, query: PageQuery): Element {
  const hide = element('p', { class: 'pager' }, pageLink(queryText({ ...query, plan: false }), {}, 'Hide the plan'));
  if (!query.plan) {
    const show = pageLink(queryText({ ...query, plan: true }), {}, 'What would be changed now?');
    return section('plan', 'Plan', element('p', {}, show));
  }
  if (planFailure !== undefined)
    return section('plan', 'Plan', element('p', {}, reasonWords(planFailure)), remedyWords(planFailure), hide);
  if (plan === undefined)
    return section('plan', 'Plan', element('p', { class: 'nothing' }, 'The agent looks at the host …'), hide);
  return section(
    'plan',
    'Plan',
    heading(plan),
    changes(plan),
    remarks(plan),
    element('p', { class: 'detail' }, planSum(plan)),
    plan.withheld !== null && element('p', {}, `Nothing of it is done now: ${oneLine(plan.withheld)}.`),
    hide,
  );
}

function heading({ to, from, signers }: Preview): Child {
  if (to === null) return null;
  const by = signers.length === 0 ? 'unsigned' : `signed by ${signers.map(oneLine).join(', ')}`;
  const before = from === null || from === to ? '' : `, from ${oneLine(from)}`;
  return element('p', {}, element('strong', {}, oneLine(to)), `${before}, ${by}`);
}

function changes(plan: Preview): Child {
  const drafts = plan.waves.flat();
  if (drafts.length === 0) return null;
  const rows = drafts.slice(0, mostShown).map((draft) => {
    const mark = markOf(draft);
    const more = consequences(draft, plan);
    return {
      key: draft.address,
      cells: [
        [
          'address',
          element('span', { class: 'mark', 'aria-hidden': 'true' }, mark),
          unseen(`${markWords[mark]}: `),
          addressCode(draft.address),
        ],
        [
          'because',
          element('p', {}, oneLine(draft.summary)),
          more === '' ? null : element('p', { class: 'detail' }, oneLine(more)),
        ],
      ] as const,
    };
  });
  const rest = drafts.length - rows.length;
  return [
    table('What would be changed, in order', ['Resource', 'Change'], rows),
    rest > 0 && element('p', { class: 'detail' }, `and ${rest} more: keelson plan`),
  ];
}

/** What waits, and what a person should know of, each with its address. */
function remarks({ waits, notes }: Preview): Child {
  const all = [...waits, ...notes];
  if (all.length === 0) return null;
  const items = all
    .slice(0, mostShown)
    .map(({ address, reason }) => element('li', {}, addressCode(address), ' ', reasonWords(reason)));
  return element('ul', { class: 'plain' }, items);
}
