/** `keelson status` in words: one word, the reason, the next step, then what is not as it should be. */
import type { Reason } from '../../base/errors.ts';
import type { NodeStatus, ResourceCondition, ResourceStatus } from '../../report/status.ts';
import { CONDITIONS, conditionWord } from '../../report/condition-words.ts';
import { counted } from '../../base/words.ts';
import { columns, cut, spread } from './columns.ts';
import { plain, type Palette } from './palette.ts';
import { oneLine } from '../../base/one-line.ts';
import { ago, left, shortSpan } from '../../base/spans.ts';
import { generations, verdictTone, verdictWord } from '../../report/verdict-words.ts';

/** The process that is there and does not answer; nameless where nobody knows which. */
export type Silent = number | 'nameless';

export interface StatusView {
  readonly status: NodeStatus;
  /** Every resource, where the daemon was there to ask. */
  readonly resources?: readonly ResourceStatus[];
  /** Present when this is the last word of a daemon that was not there to ask. */
  readonly writtenAt?: number;
  /** With it: the process that is there and does not answer. */
  readonly silent?: Silent | null;
}

/** `now` is wall time, for ages. Without a `width` nothing is cut. */
export interface TextOptions {
  readonly now: number;
  readonly palette?: Palette;
  readonly width?: number;
}

/** Where the age in the header ends, on terminals at least as wide. */
const headerWidth = 71;

/** Line labels of what is listed one by one, worst first. `ok` and `placed` are only counted. */
const labels: readonly (readonly [ResourceCondition, string])[] = [
  ['failed', 'fail'],
  ['contended', 'rival'],
  ['unknown', 'blind'],
  ['differs', 'diff'],
  ['waiting', 'wait'],
  ['changing', 'busy'],
  ['orphaned', 'alone'],
  ['foreign', 'alien'],
];

/** Lines without line feeds, what is not as it should be among them worst first. */
export function statusText(view: StatusView, options: TextOptions): string[] {
  const { status } = view;
  const { now, width, palette = plain } = options;
  const lines = [header(status, now, palette, width)];
  const add = (label: string, text: string): void => {
    lines.push(cut(`${label.padEnd(6)}${text}`, width));
  };

  if (view.writtenAt !== undefined)
    add('note', `the agent ${absence(view.silent ?? null)}; it wrote this ${ago(view.writtenAt, now)}`);
  if (status.reason !== undefined) add('why', oneLine(status.reason.message));
  if (status.rollbackIncomplete !== undefined)
    add('open', `the rollback is not complete: ${oneLine(status.rollbackIncomplete.message)}`);
  const next = status.next ?? (status.reason === undefined ? undefined : status.reason.remedy);
  if (next !== undefined) add('next', oneLine(next));
  if (status.total > 0) add('', counts(view, now));
  for (const override of status.overrides) {
    if (override.address !== null) continue;
    add(
      'held',
      `everything: ${oneLine(override.by)}, ${left(override.expires, now)}, "${oneLine(override.reason)}" (${override.id})`,
    );
  }
  lines.push(...listed(view, now, width));
  if (status.reboot !== undefined) add('boot', rebootWords(status.reboot.why));
  for (const remark of status.remarks)
    if (remark.message !== status.reason?.message) add('note', oneLine(remark.message));
  if (status.mode === 'observe' && status.verdict !== 'Observe') add('mode', 'observe: nothing is changed here');
  return lines;
}

/** "reboot needed: iommu=pt is not in force, and 2 more". */
function rebootWords([first, ...more]: readonly Reason[]): string {
  const because = first === undefined ? '' : `: ${oneLine(first.message)}`;
  return `reboot needed${because}${more.length === 0 ? '' : `, and ${more.length} more`}`;
}

/** How an agent that could not be asked is spoken of; `silent`: its process, where that is there. */
export function absence(silent: Silent | null): string {
  if (silent === 'nameless') return 'does not answer';
  return silent === null ? 'is not running' : `(process ${silent}) does not answer`;
}

function header(status: NodeStatus, now: number, palette: Palette, width = headerWidth): string {
  const word = verdictWord(status.verdict);
  const before = `${oneLine(status.node)}  `;
  const after = `  ${generations(status)}`;
  const line = spread(before + word + after, ago(status.since, now), Math.min(width, headerWidth));
  const painted = palette.strong(palette[verdictTone(status.verdict)](word));
  return before + painted + line.slice(before.length + word.length);
}

/** "31 resources: 30 ok, 1 held (file:/etc/chrony.conf, ana, 38 min left)". */
function counts(view: StatusView, now: number): string {
  const known = [...(view.resources ?? view.status.resources)];
  const parts: string[] = [];
  for (const condition of CONDITIONS) {
    const n = view.status.counts[condition] ?? 0;
    if (n === 0) continue;
    const these = known.filter((resource) => resource.condition === condition);
    let remark = '';
    if (condition === 'held' && n === 1 && these[0] !== undefined)
      remark = ` (${heldWords(these[0], view.status, now)})`;
    if (condition === 'placed') remark = placedRemark(these);
    parts.push(`${n} ${conditionWord(condition)}${remark}`);
  }
  return `${counted(view.status.total, 'resource')}: ${parts.join(', ')}`;
}

/** "file:/etc/chrony.conf, ana, 38 min left". */
function heldWords(resource: ResourceStatus, status: NodeStatus, now: number): string {
  const hold = status.overrides.find(({ address }) => address === resource.address);
  if (hold === undefined)
    return [resource.address, ...(resource.detail === undefined ? [] : [resource.detail])].map(oneLine).join(', ');
  return `${oneLine(resource.address)}, ${oneLine(hold.by)}, ${left(hold.expires, now)}`;
}

/** "Placed (no kubelet here)" becomes " (no kubelet here)" behind its count. */
function placedRemark(these: readonly ResourceStatus[]): string {
  const details = new Set(
    these.flatMap(({ detail }) => (detail === undefined ? [] : [/\((.*)\)/u.exec(detail)?.[1] ?? detail])),
  );
  return details.size === 1 ? ` (${oneLine([...details].join(''))})` : '';
}

function listed(view: StatusView, now: number, width: number | undefined): string[] {
  const { status } = view;
  const rows: string[][] = [];
  for (const [condition, label] of labels) {
    for (const resource of status.resources) {
      if (resource.condition === condition) rows.push([label.padEnd(4), oneLine(resource.address), why(resource, now)]);
    }
  }
  const held = status.resources.filter(({ condition }) => condition === 'held');
  if (held.length > 1) {
    for (const resource of held) {
      const [address = '', ...rest] = heldWords(resource, status, now).split(', ');
      rows.push(['held', address, rest.join(', ')]);
    }
  }
  const shown = rows.length;
  const listable = status.total - (status.counts.ok ?? 0) - (status.counts.placed ?? 0) - (held.length === 1 ? 1 : 0);
  const lines = columns(rows, width === undefined ? {} : { width });
  return listable > shown && shown > 0 ? [...lines, `      and ${listable - shown} more: keelson status --all`] : lines;
}

/** "Vault sealed 12m, last value in use". */
function why(resource: ResourceStatus, now: number): string {
  const since = shortSpan(now - resource.since);
  const message = resource.reason === undefined ? undefined : oneLine(resource.reason.message);
  const detail = resource.detail === undefined ? undefined : oneLine(resource.detail);
  return (
    [message ?? detail ?? resource.condition, since].join(' ') +
    (message !== undefined && detail !== undefined ? `, ${detail}` : '')
  );
}

/** `keelson status --all`: every resource, one a line. */
export function resourceTable(resources: readonly ResourceStatus[], options: TextOptions): string[] {
  const rows = resources.map((resource) => [
    oneLine(resource.address),
    resource.condition,
    shortSpan(options.now - resource.since),
    oneLine(resource.detail ?? resource.reason?.message ?? ''),
  ]);
  return columns(
    [['ADDRESS', 'IS', 'FOR', 'DETAIL'], ...rows],
    options.width === undefined ? {} : { width: options.width },
  );
}
