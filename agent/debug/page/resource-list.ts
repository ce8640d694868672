/** Which of the resources are shown, in which order: a bounded page of them, however many there are. */
import { WORST_FIRST } from '../../report/condition-words.ts';
import type { ResourceCondition, ResourceStatus } from '../../report/status.ts';
import type { PageQuery, Show } from './page-query.ts';

/** Rows in the document at once. */
export const ROWS_PER_PAGE = 100;

export interface ResourceList {
  readonly rows: readonly ResourceStatus[];
  /** How many the query found, of which `rows` is a page. */
  readonly found: number;
  /** From 1; the last one where the query asks for a later one. */
  readonly page: number;
  readonly pages: number;
}

/** Worst first; within a condition by address. */
export function resourceList(resources: readonly ResourceStatus[], query: PageQuery): ResourceList {
  const wanted = query.search.trim().toLowerCase();
  const found = resources
    .filter((resource) => isShown(resource.condition, query.show) && (wanted === '' || says(resource, wanted)))
    .toSorted((a, b) => rank(a.condition) - rank(b.condition) || (a.address < b.address ? -1 : 1));
  const pages = Math.max(1, Math.ceil(found.length / ROWS_PER_PAGE));
  const page = Math.min(query.page, pages);
  return { rows: found.slice((page - 1) * ROWS_PER_PAGE, page * ROWS_PER_PAGE), found: found.length, page, pages };
}

/** What waits, longest first. */
export function waitingList(resources: readonly ResourceStatus[]): readonly ResourceStatus[] {
  return resources.filter(({ condition }) => condition === 'waiting').toSorted((a, b) => a.since - b.since);
}

function isShown(condition: ResourceCondition, show: Show): boolean {
  if (show === 'all') return true;
  if (show !== 'not-ok') return condition === show;
  return condition !== 'ok' && condition !== 'placed' && condition !== 'waiting';
}

function says({ address, condition, detail, reason }: ResourceStatus, wanted: string): boolean {
  return [address, condition, detail, reason?.message, reason?.code].some((text) =>
    text?.toLowerCase().includes(wanted),
  );
}

function rank(condition: ResourceCondition): number {
  const at = WORST_FIRST.indexOf(condition);
  return at === -1 ? WORST_FIRST.length : at;
}
