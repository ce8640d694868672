/** `keelson plan` in words: one line a change, what it does to what runs, and the sum. */
import type { Preview } from '../../plan/preview.ts';
import type { Draft } from '../../resources/kind.ts';
import { counted } from '../../base/words.ts';
import { columns, cut } from './columns.ts';
import { effectWords } from './effect-words.ts';
import { plain, type Palette } from './palette.ts';
import { oneLine } from './printable.ts';

export interface PlanTextOptions {
  readonly palette?: Palette;
  readonly width?: number;
}

export type Mark = '+' | '~' | '-';

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

/** `-` goes, `+` comes, `~` changes. */
export function markOf(draft: Draft<unknown>): Mark {
  if (draft.why === 'prune' || draft.to === null) return '-';
  return draft.from === null ? '+' : '~';
}

function row(draft: Draft<unknown>, { busy, held }: Preview): string[] {
  const effects = effectWords(draft);
  const remarks = [
    ...(draft.adopts ? ['takes over what is there'] : []),
    ...(draft.undo === 'none' ? ['cannot be undone, runs after the verdict'] : []),
    ...(draft.backup === 'none' ? ['no copy of the old content is kept'] : []),
    ...(held.includes(draft.address) ? ['held, left alone until released'] : []),
    ...(busy.includes(draft.address) ? ['being changed right now'] : []),
  ];
  const tail = [...(effects === '' ? [] : [`→ ${effects}`]), ...remarks].join('; ');
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

/** "2 change, 1 removed, 28 same. Reboot: no." Folders that only carry something are counted apart. */
export function planSum(preview: Preview): string {
  const drafts = preview.waves.flat().filter(({ address }) => !preview.held.includes(address));
  const declared = drafts.filter(({ address }) => !preview.implied.includes(address));
  const marks = declared.map(markOf);
  const folders = drafts.length - declared.length;
  const number = (mark: Mark): number => marks.filter((other) => other === mark).length;
  const parts = [
    [number('+'), 'new'],
    [number('~'), 'change'],
    [number('-'), 'removed'],
    [preview.waits.length, 'waiting'],
    [preview.held.length, 'held'],
    [preview.same, 'same'],
  ] as const;
  const said = parts
    .filter(([n, word]) => n > 0 || (word === 'same' && drafts.length === 0))
    .map(([n, word]) => `${n} ${word}`);
  if (folders > 0) said.push(`${counted(folders, 'folder')} on the way`);
  const reboot = preview.waits.some(({ until }) => until === 'reboot') ? 'yes' : 'no';
  return `${said.join(', ')}. Reboot: ${reboot}.`;
}

/** Whether carrying the plan out would change anything: exit code 2. */
export function isPending(preview: Preview): boolean {
  return preview.waves.some((wave) => wave.length > 0) || preview.waits.length > 0;
}
