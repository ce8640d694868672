/** `keelson events` in words, and what `dev` and `apply` say while things happen. */
import type { EventRecord, EventType } from '../../report/events.ts';
import { columns } from './columns.ts';
import { plain, type Palette } from './palette.ts';
import { oneLine } from './printable.ts';
import { clockTime } from './spans.ts';
import type { TextOptions } from './status-text.ts';

const bad: ReadonlySet<EventType> = new Set([
  'SpecRefused',
  'EffectFailed',
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
  'GatesHeld',
  'VerdictGood',
  'Recovered',
  'Unblocked',
  'SafeModeLeft',
]);

/** "3:12:40Z  RolledBack  lb/43  …": one line an event, aligned within what is given. */
export function eventLines(events: readonly EventRecord[], options: TextOptions): string[] {
  const { palette = plain, width } = options;
  const rows = events.map((event) => [
    clockTime(event.at, options.now),
    event.type,
    subject(event),
    oneLine(words(event)),
  ]);
  const lines = columns(rows, width === undefined ? {} : { width });
  return lines.map((line, at) => paint(events[at], line, palette));
}

/** The same for a stream, where nothing is known of what follows. */
export function eventLine(event: EventRecord, options: TextOptions): string {
  const [line = ''] = columns(
    [
      [
        clockTime(event.at, options.now).padEnd(9),
        event.type.padEnd(17),
        oneLine([subject(event), words(event)].filter((part) => part !== '').join('  ')),
      ],
    ],
    {
      ...(options.width !== undefined && { width: options.width }),
    },
  );
  return paint(event, line, options.palette ?? plain);
}

function subject(event: EventRecord): string {
  return oneLine(event.address ?? event.generation ?? '');
}

function words(event: EventRecord): string {
  const by =
    event.by === undefined ? '' : ` (by ${event.by}${event.reasonGiven === undefined ? '' : `: ${event.reasonGiven}`})`;
  const code = event.reason === undefined ? '' : ` [${event.reason.code}]`;
  return `${event.message}${code}${by}`;
}

function paint(event: EventRecord | undefined, line: string, palette: Palette): string {
  if (event === undefined) return line;
  if (bad.has(event.type)) return palette.bad(line);
  return good.has(event.type) ? palette.good(line) : line;
}
