/** The page at `/`: the node at a glance. */
import type { EventRecord } from '../../report/events.ts';
import type { NodeStatus, ResourceStatus } from '../../report/status.ts';
import type { Preview } from '../../plan/preview.ts';

/** Everything that the page shows, as of `now`. */
export interface PageView {
  readonly status: NodeStatus;
  readonly resources: readonly ResourceStatus[];
  /** Oldest first. */
  readonly events: readonly EventRecord[];
  readonly plan?: Preview;
  readonly now: number;
}

/** The Content-Security-Policy that the page needs; hashes of its own script and style. */
export const PAGE_POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Whole HTML. Pure. */
export function renderPage({ status }: PageView): string {
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>${escaped(status.node)}</title>
<h1>${escaped(status.node)}: ${escaped(status.verdict)}</h1>
</html>
`;
}

function escaped(value: string): string {
  return value.replace(/[&<>"']/gu, (character) => `&#${character.codePointAt(0) ?? 0};`);
}
