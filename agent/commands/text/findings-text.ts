/** Findings of `keelson validate`, and failures of any command: the place, the code, what is wrong, the remedy. */
import type { Place, Reason } from '../../base/errors.ts';
import { counted } from '../../base/words.ts';
import { plain, type Palette } from './palette.ts';
import { printableText } from '../../base/printable-text.ts';
import { oneLine } from '../../base/one-line.ts';

/** All of them, in the order of the document, and the sum. */
export function findingsText(findings: readonly Reason[], palette: Palette = plain): string[] {
  const sorted = findings.toSorted((a, b) => inOrder(a.place, b.place));
  const places = sorted.map(({ place }) => placeWords(place));
  const widest = Math.max(0, ...places.map(({ length }) => length));
  const codes = Math.max(0, ...sorted.map(({ code }) => code.length));
  const lines: string[] = [];
  for (const [at, finding] of sorted.entries()) {
    const place = places[at] ?? '';
    const [message, detail] = parts(finding.message);
    lines.push(
      `${place.padEnd(widest)}${widest > 0 ? '  ' : ''}${palette.bad(finding.code)}${' '.repeat(codes - finding.code.length)}  ${message}`,
    );
    const second = [detail, finding.remedy === undefined ? '' : `Fix: ${oneLine(finding.remedy)}`].filter(
      (part) => part !== '',
    );
    if (second.length > 0) lines.push(`   ${second.join('  ')}`);
  }
  return lines;
}

/** File by file, in each as it stands there. */
function inOrder(a: Place = {}, b: Place = {}): number {
  const [one = '', other = ''] = [a.file, b.file];
  return (one < other ? -1 : one > other ? 1 : 0) || (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0);
}

/** "2 errors. Nothing was written." */
export function findingsSum(findings: readonly Reason[]): string {
  return `${counted(findings.length, 'error')}. Nothing was written.`;
}

/** One failure: "CODE message", "   Fix: remedy". */
export function failureText(reason: Reason, palette: Palette = plain): string[] {
  const place = placeWords(reason.place);
  const message = printableText(reason.message);
  const lines = [`${place === '' ? '' : `${place}  `}${palette.bad(reason.code)} ${message}`];
  if (reason.remedy !== undefined) lines.push(`   Fix: ${oneLine(reason.remedy)}`);
  return lines;
}

/** "roles/lb.yaml:38:7", or the JSON pointer where the source has no lines. */
export function placeWords(place: Place | undefined): string {
  if (place === undefined) return '';
  const file = place.file === undefined ? [] : [oneLine(place.file)];
  if (place.line !== undefined)
    return [...file, String(place.line), ...(place.column === undefined ? [] : [String(place.column)])].join(':');
  return [...file, ...(place.pointer === undefined || place.pointer === '' ? [] : [oneLine(place.pointer)])].join(' ');
}

/** The first sentence, and what it adds. */
function parts(message: string): readonly [string, string] {
  const text = oneLine(message);
  const end = /[.] (?=\p{Lu})/u.exec(text);
  return end === null ? [text, ''] : [text.slice(0, end.index), text.slice(end.index + 2)];
}
