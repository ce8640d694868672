/** What `keelson build` did, node by node: as `keelson diff` shows it, and the sum. */
import { printableText } from '../../base/printable-text.ts';
import { counted } from '../../base/words.ts';
import { oneLine } from '../../base/one-line.ts';
import type { Built, Output } from '../../authoring/build-site.ts';
import type { FieldChange, ResourceChange } from '../../authoring/document-diff.ts';
import { isChange } from '../../authoring/write-outputs.ts';
import { diffLines, type LineDiff } from '../../control/line-diff.ts';
import { plain, type Palette } from './palette.ts';

export interface BuildShown {
  readonly built: readonly Built[];
  readonly outputs: readonly Output[];
  /** Where the documents lie. */
  readonly folder: string;
  /** Nothing was written. */
  readonly check: boolean;
  readonly signers: number;
}

/** Nodes that change alike are told together; those that do not change are counted. */
export function buildText(shown: BuildShown, palette: Palette = plain): string[] {
  const changed = shown.built.filter((built) => built.changes.length > 0);
  const alike = Object.groupBy(changed, (one) =>
    JSON.stringify([one.series, one.generation, from(one), one.previous === null ? resources(one) : one.changes]),
  );
  const lines: string[] = [];
  for (const group of Object.values(alike)) {
    const [first] = group ?? [];
    if (first === undefined || group === undefined) continue;
    lines.push(palette.strong(`${names(group)}  ${first.series}/${first.generation}${from(first)}`));
    if (first.previous === null) lines.push(`  new, ${counted(resources(first), 'resource')}`);
    else for (const change of first.changes) lines.push(...changeLines(change, palette));
  }
  return [...lines, sum(shown, changed.length)];
}

/** Three by name. */
function names(group: readonly Built[]): string {
  const shown = group.slice(0, 3).map(({ node }) => node);
  return `${shown.join(', ')}${group.length > 3 ? ` and ${group.length - 3} more` : ''}`;
}

function from({ previous, generation }: Built): string {
  const { metadata } = (previous ?? {}) as { readonly metadata?: { readonly generation?: unknown } };
  const before = metadata?.generation;
  return typeof before === 'number' && before !== generation ? ` (from ${before})` : '';
}

function resources({ changes }: Built): number {
  return changes.filter(({ address }) => address.includes(':')).length;
}

function changeLines({ mark, address, fields, text }: ResourceChange, palette: Palette): readonly string[] {
  const diff = text === undefined ? null : diffLines(text.before, text.after);
  const what = [...(text === undefined ? [] : [counts(diff)]), ...fields.map(fieldText)].join(', ');
  const lines = [`${mark} ${oneLine(address)}${what === '' ? '' : `  ${what}`}`];
  if (mark !== '~' || diff === null) return lines;
  for (const line of diff.lines) lines.push(line.trim() === '' ? '' : paint(`  ${printableText(line)}`, palette));
  return lines;
}

/** `mode 0644 → 0600`; the path alone where its values are not to be shown. */
function fieldText({ path, values }: FieldChange): string {
  const change = values === undefined ? '' : `${values.before ?? '(unset)'} → ${values.after ?? '(unset)'}`;
  return [oneLine(path), change].filter((part) => part !== '').join(' ');
}

/** Of a text that is too different to be told, only that. */
function counts(diff: LineDiff | null): string {
  if (diff === null) return 'rewritten';
  return [diff.added > 0 ? `+${diff.added}` : '', diff.removed > 0 ? `-${diff.removed}` : '']
    .filter((part) => part !== '')
    .join(' ');
}

function paint(line: string, palette: Palette): string {
  if (line.startsWith('  +')) return palette.good(line);
  return line.startsWith('  -') ? palette.bad(line) : line;
}

/** "2 changed, 498 same, 1 gone. Written to site/build, signed by 1 key." */
function sum({ built, outputs, folder, check, signers }: BuildShown, changed: number): string {
  const gone = outputs.filter((output) => isChange(output) && output.after === null);
  const documents = gone.filter(({ path }) => !path.endsWith('.dsse.json')).length;
  const envelopes = gone.length - documents;
  const parts = [
    `${changed} changed`,
    `${built.length - changed} same`,
    ...(documents > 0 ? [`${documents} gone`] : []),
  ];
  const signatures =
    signers === 0 && envelopes > documents
      ? `, ${counted(envelopes - documents, 'signed document')} of before removed`
      : '';
  const by = signers === 0 ? '' : `, signed by ${counted(signers, 'key')}`;
  const isWritten = outputs.some(isChange);
  if (check) return `${parts.join(', ')}. ${isWritten ? 'Something would be written' : `${folder} is up to date`}.`;
  return `${parts.join(', ')}. ${isWritten ? `Written to ${folder}${by}` : `${folder} is up to date`}${signatures}.`;
}
