/** `keelson plan` in words: one line a change, what it does to what runs, and the sum. */
import type { Preview } from '../../plan/preview.ts';
import type { Draft } from '../../resources/kind.ts';
import { columns, cut } from './columns.ts';
import { consequences, markOf, planSum } from '../../plan/preview-words.ts';
import { plain, type Palette } from './palette.ts';
import { oneLine } from '../../base/one-line.ts';

export interface PlanTextOptions {
  readonly palette?: Palette;
  readonly width?: number;
}

/**
 * Lines without line feeds. What comes from specs and hosts is made printable; columns are cut to `width`, if given.
 */
export function planText(preview: Preview, options: PlanTextOptions = {}): string[] {
  const { palette = plain, width } = options;
  const drafts = preview.waves.flat();
  const lines: string[] = [];
  const heading = planHeading(preview);
  if (heading !== null) lines.push(heading);

  const rows = drafts.map((draft) => row(draft, preview));
  const fitted = columns(rows, width === undefined ? {} : { width });
  for (const [at, line] of fitted.entries()) lines.push(paint(drafts[at], line, palette));

  const more = [
    ...preview.waits.map((wait) => ['wait', oneLine(wait.address), oneLine(wait.reason.message)]),
    ...(preview.notes ?? []).map((note) => ['note', oneLine(note.address), oneLine(note.reason.message)]),
  ];
  lines.push(...columns(more, width === undefined ? {} : { width }));
  lines.push(planSum(preview));
  if (preview.withheld !== null) lines.push(cut(`Nothing of it is done now: ${oneLine(preview.withheld)}.`, width));
  return lines;
}

/** "lb/44 (from 42), signed by ops-1, ops-2"; null when there is no spec to speak of. */
function planHeading(preview: Preview): string | null {
  const { from, to, signers } = preview;
  if (to === null) return from === null ? null : `no spec (from ${oneLine(from)})`;
  const by = signers.length === 0 ? 'unsigned' : `signed by ${signers.map(oneLine).join(', ')}`;
  return `${oneLine(to)}${fromWords(from, to)}, ${by}`;
}

/** The series is said once. */
function fromWords(from: string | null, to: string): string {
  if (from === to) return '';
  if (from === null) return ' (the first here)';
  const series = to.slice(0, to.lastIndexOf('/') + 1);
  return ` (from ${oneLine(from.startsWith(series) ? from.slice(series.length) : from)})`;
}

function row(draft: Draft<unknown>, preview: Preview): string[] {
  const tail = consequences(draft, preview);
  return [`${markOf(draft)} ${oneLine(draft.address)}`, oneLine(draft.summary), ...(tail === '' ? [] : [tail])];
}

function paint(draft: Draft<unknown> | undefined, line: string, palette: Palette): string {
  if (draft === undefined) return line;
  switch (markOf(draft)) {
    case '+':
      return palette.good(line);
    case '-':
      return palette.bad(line);
    case '~':
      return palette.pending(line);
  }
}

/** Whether carrying the plan out would change anything: exit code 2. */
export function isPending(preview: Preview): boolean {
  return preview.waves.some((wave) => wave.length > 0) || preview.waits.length > 0;
}
