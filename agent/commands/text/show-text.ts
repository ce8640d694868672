/** A document with the place of each of its parts beside it. */
import type { Place } from '../../base/errors.ts';
import { oneLine } from '../../base/one-line.ts';
import { counted } from '../../base/words.ts';
import type { ShownPart } from '../../authoring/show-node.ts';
import { plain, type Palette } from './palette.ts';
import { yamlLines } from './yaml-lines.ts';

/** Longer values stand on the left as far as that goes. */
const widest = 60;

export function showText(parts: readonly ShownPart[], palette: Palette = plain): string[] {
  const rows = parts.map((part) => [leftOf(part), rightOf(part)] as const);
  const width = Math.min(widest, Math.max(0, ...rows.map(([left]) => left.length)));
  return rows.map(([left, right]) => `${left.padEnd(width)}  ${palette.faint(right)}`.trimEnd());
}

function leftOf({ depth, key, value }: ShownPart): string {
  const name = `${'  '.repeat(depth)}${oneLine(key)}:`;
  return value === undefined ? name : `${name} ${valueWords(value)}`;
}

/** Of a text with several lines, how many there are. */
function valueWords(value: unknown): string {
  if (typeof value !== 'string') return oneLine(JSON.stringify(value));
  const lines = value.split('\n').length - 1;
  return lines > 0 ? `(${counted(lines, 'line')})` : oneLine(isPlain(value) ? value : JSON.stringify(value));
}

/** Without quotes it is this text, and no number or truth. */
function isPlain(text: string): boolean {
  return /^[\w./:-]+$/u.test(text) && yamlLines(text).join() === text;
}

function rightOf({ value, place, over, variables }: ShownPart): string {
  // Of a map the parts say where they are from; only that it stands in place of something is news.
  if (value === undefined && over.length === 0) return '';
  const words = [placeOf(place)];
  if (variables.length > 0)
    words.push(`(${variables.map(({ name, place: from }) => `vars.${name} ${placeOf(from)}`).join(', ')})`);
  if (over.length > 0) words.push(`over ${over.map(placeOf).join(', ')}`);
  return words.join(' ');
}

function placeOf({ file = '', line }: Place): string {
  return line === undefined ? oneLine(file) : `${oneLine(file)}:${line}`;
}
