/**
 * One file of the event log: JSON lines, oldest first. The first line says which log it belongs to, each further one
 * is an event. Empty lines are where a torn tail was cut. Line numbers are file order, sequence numbers the log's.
 */
import type { EventRecord } from './events.ts';

export const SEGMENT_FORMAT = 1;

const NEWLINE = 0x0a;

/** A longer event is cut down before it is written. */
export const LONGEST_LINE = 16 * 1024;

/** `<epoch>-<first seq>.jsonl`: names sort as the events do. A log that could not be continued is followed by the next epoch. */
export interface SegmentName {
  readonly name: string;
  readonly epoch: number;
  readonly first: number;
}

/** Names sort as the segments follow each other: `epoch`, then the number of the `first` event. */
export function segmentName(epoch: number, first: number): SegmentName {
  return { name: `${String(epoch).padStart(6, '0')}-${String(first).padStart(16, '0')}.jsonl`, epoch, first };
}

/** The segments among the names of a folder, oldest first. */
export function segmentsAmong(names: readonly string[]): SegmentName[] {
  const found = names.flatMap((name) => {
    const match = /^(\d{6})-(\d{16})\.jsonl$/.exec(name);
    return match === null ? [] : [{ name, epoch: Number(match[1]), first: Number(match[2]) }];
  });
  return found.toSorted((a, b) => a.epoch - b.epoch || a.first - b.first);
}

/** With its line feed. */
export function headerLine(logId: string, first: number): string {
  return `${JSON.stringify({ format: SEGMENT_FORMAT, logId, first })}\n`;
}

/** With its line feed; the log's id stands in the header alone. */
export function eventLine(record: EventRecord): string {
  const { seq, logId: _, ...rest } = record;
  return `${JSON.stringify({ seq, ...rest })}\n`;
}

/** What one file of the log tells. */
export interface Segment {
  /** Null: not a segment that this release can read. */
  readonly logId: string | null;
  readonly events: readonly EventRecord[];
  /** Byte after the last whole line. */
  readonly end: number;
  /**
   * What follows {@link end}. `torn`: the remains of a write that was cut short; nobody was ever shown what it held.
   * `damaged`: whole lines that are no events, so events that were shown may be lost.
   */
  readonly tail: 'clean' | 'torn' | 'damaged';
}

/** Reads what is whole. Lines that are not, or whose number does not grow, are left out. */
export function parseSegment(bytes: Uint8Array): Segment {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const firstEnd = text.indexOf(NEWLINE);
  const logId = firstEnd === -1 ? null : headerOf(text.toString('utf8', 0, firstEnd));
  if (logId === null) return { logId, events: [], end: 0, tail: 'damaged' };
  const events: EventRecord[] = [];
  let end = firstEnd + 1;
  let tail: Segment['tail'] = 'clean';
  for (let start = end; start < text.length;) {
    const stop = text.indexOf(NEWLINE, start);
    const line = text.subarray(start, stop === -1 ? text.length : stop);
    const event = stop === -1 || line.length === 0 ? null : eventOf(line.toString('utf8'), logId);
    if (event !== null && event.seq > (events.at(-1)?.seq ?? 0)) {
      events.push(event);
      end = stop + 1;
      tail = 'clean';
    } else if (line.length > 0 && tail !== 'damaged') {
      // Blocks of a file that were never written read as zeros.
      tail = stop === -1 || line.includes(0) ? 'torn' : 'damaged';
    }
    if (stop === -1) break;
    start = stop + 1;
  }
  return { logId, events, end, tail };
}

function headerOf(line: string): string | null {
  const header = objectOf(line);
  return header?.['format'] === SEGMENT_FORMAT && typeof header['logId'] === 'string' ? header['logId'] : null;
}

function eventOf(line: string, logId: string): EventRecord | null {
  const event = objectOf(line);
  if (
    event === null ||
    !Number.isSafeInteger(event['seq']) ||
    typeof event['type'] !== 'string' ||
    typeof event['message'] !== 'string'
  )
    return null;
  return { ...event, logId } as unknown as EventRecord;
}

function objectOf(line: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : null;
  } catch {
    return null;
  }
}
