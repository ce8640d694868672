/** `keelson diff` in words: each change with the lines between what is there and what would be. */
import { printableText } from '../../base/printable-text.ts';
import type { DiffAnswer } from '../../control/protocol.ts';
import { plain, type Palette } from './palette.ts';
import { markOf, planSum } from '../../plan/preview-words.ts';
import { oneLine } from '../../base/one-line.ts';

export function diffText({ preview, texts }: DiffAnswer, palette: Palette = plain): string[] {
  const lines: string[] = [];
  for (const draft of preview.waves.flat()) {
    lines.push(palette.strong(`${markOf(draft)} ${oneLine(draft.address)}  ${oneLine(draft.summary)}`.trimEnd()));
    for (const line of printableText(texts[draft.address] ?? '').split('\n')) {
      // A blank line of the context is a blank line, and no row of spaces.
      if (line !== '') lines.push(line.trim() === '' ? '' : paint(`  ${line}`, palette));
    }
  }
  return [...lines, planSum(preview)];
}

function paint(line: string, palette: Palette): string {
  if (line.startsWith('  +')) return palette.good(line);
  return line.startsWith('  -') ? palette.bad(line) : line;
}
