/** `keelson events` in words, and what `dev` and `apply` say while things happen. */
import type { EventRecord, EventType } from '../../report/events.ts';
import { columns, cut } from './columns.ts';
import { plain, type Palette } from './palette.ts';
import { oneLine } from './printable.ts';
import { clockTime } from './spans.ts';
import type { TextOptions } from './status-text.ts';

const didMarks = { create: '+', update: '~', delete: '-' } as const;
const longestType = 'RollbackIncomplete'.length;

const marks: Partial<Readonly<Record<EventType, string>>> = {
  ResourceChanged: '~',
  DriftRepaired: '↺',
  EffectRun: '→',
  ResourceWaiting: '…',
  VerdictGood: '✓',
  EffectFailed: '✗',
  EffectLeft: '✗',
  LaneFailed: '✗',
  RolledBack: '✗',
  RollbackStarted: '✗',
  Blocked: '✗',
  SpecRefused: '✗',
  Contended: '✗',
};

const bad: ReadonlySet<EventType> = new Set([
  'SpecRefused',
  'EffectFailed',
  'EffectLeft',
  'LaneFailed',
  'RolledBack',
  'RollbackStarted',
  'RollbackIncomplete',
  'Blocked',
  'SafeModeEntered',
  'Contended',
  'GuardFired',
  'JournalReadOnly',
  'Gap',
]);
const good: ReadonlySet<EventType> = new Set([
  'DriftRepaired',
  'VerdictGood',
  'Recovered',
  'Unblocked',
  'SafeModeLeft',
]);

/** "03:12:40Z  RolledBack  lb/43 rolled back to lb/42: …": one line an event, aligned within what is given. */
export function eventLines(events: readonly EventRecord[], options: TextOptions): string[] {
  const { palette = plain, width } = options;
  const rows = events.map((event) => [clockTime(event.at, options.now), event.type, words(event)]);
  const lines = columns(rows, width === undefined ? {} : { width });
  return lines.map((line, at) => paint(events[at], line, palette));
}

/** The same for a stream, where nothing is known of what follows. */
export function eventLine(event: EventRecord, options: TextOptions): string {
  const { palette = plain, width } = options;
  const line = `${clockTime(event.at, options.now)}  ${event.type.padEnd(longestType)}  ${words(event)}`;
  return paint(event, cut(line, width), palette);
}

/** What `apply` and `dev` print while it happens: a mark and the sentence. */
export function progressLine(event: EventRecord, options: Omit<TextOptions, 'now'>): string {
  const { palette = plain, width } = options;
  return paint(event, cut(`${markOf(event)} ${words(event)}`, width), palette);
}

/** As `plan` marks it. */
function markOf({ type, did }: EventRecord): string {
  if (type === 'ResourceChanged' && did !== undefined) return didMarks[did];
  return marks[type] ?? '·';
}

function words(event: EventRecord): string {
  const by =
    event.by === undefined ? '' : ` (by ${event.by}${event.reasonGiven === undefined ? '' : `: ${event.reasonGiven}`})`;
  const code = event.reason === undefined ? '' : ` [${event.reason.code}]`;
  const address = event.address === undefined || event.message.includes(event.address) ? '' : `${event.address}  `;
  return oneLine(`${address}${event.message}${code}${by}`);
}

function paint(event: EventRecord | undefined, line: string, palette: Palette): string {
  if (event === undefined) return line;
  if (bad.has(event.type)) return palette.bad(line);
  return good.has(event.type) ? palette.good(line) : line;
}
