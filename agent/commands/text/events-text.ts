/** `keelson events` in words, and what `dev` and `apply` say while things happen. */
import { eventMark, eventTone, eventWords } from '../../report/event-words.ts';
import type { EventRecord } from '../../report/events.ts';
import { columns, cut } from './columns.ts';
import { plain, type Palette } from './palette.ts';
import { clockTime } from '../../base/spans.ts';
import type { TextOptions } from './status-text.ts';

const longestType = 'RollbackIncomplete'.length;

/** "03:12:40Z  RolledBack  lb/43 rolled back to lb/42: …": one line an event, aligned within what is given. */
export function eventLines(events: readonly EventRecord[], options: TextOptions): string[] {
  const { palette = plain, width } = options;
  const rows = events.map((event) => [clockTime(event.at, options.now), event.type, eventWords(event)]);
  const lines = columns(rows, width === undefined ? {} : { width });
  return lines.map((line, at) => paint(events[at], line, palette));
}

/** The same for a stream, where nothing is known of what follows. */
export function eventLine(event: EventRecord, options: TextOptions): string {
  const { palette = plain, width } = options;
  const line = `${clockTime(event.at, options.now)}  ${event.type.padEnd(longestType)}  ${eventWords(event)}`;
  return paint(event, cut(line, width), palette);
}

/** What `apply` and `dev` print while it happens: a mark and the sentence. */
export function progressLine(event: EventRecord, options: Omit<TextOptions, 'now'>): string {
  const { palette = plain, width } = options;
  return paint(event, cut(`${eventMark(event)} ${eventWords(event)}`, width), palette);
}

function paint(event: EventRecord | undefined, line: string, palette: Palette): string {
  if (event === undefined) return line;
  const tone = eventTone(event.type);
  return tone === null ? line : palette[tone](line);
}
