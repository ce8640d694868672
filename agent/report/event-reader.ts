/** Reads the event log from disk, whether or not the agent runs. */
import { FsError } from '../../hostfs/errors.ts';
import type { ReadFileSystem } from '../../hostfs/filesystem.ts';
import { reportError } from './errors.ts';
import { parseSegment, segmentsAmong, type Segment, type SegmentName } from './event-segment.ts';
import type { EventRecord } from './events.ts';

type Files = Pick<ReadFileSystem, 'list' | 'read'>;

/** Above what a segment can become. */
const LARGEST_SEGMENT = 8 * 1024 * 1024;

/** The segments of the newest log, oldest first. */
export async function currentSegments(fs: Files, folder: string): Promise<SegmentName[]> {
  const all = segmentsAmong(await fs.list(folder));
  const epoch = all.at(-1)?.epoch;
  return all.filter((segment) => segment.epoch === epoch);
}

/** @throws FsError; what is in the file is judged, never thrown. */
export async function readSegment(fs: Files, folder: string, { name }: SegmentName): Promise<Segment> {
  return parseSegment(await fs.read(`${folder}/${name}`, LARGEST_SEGMENT));
}

/**
 * Up to `limit` events with a number above `after`, oldest first. Where some are missing, the place is taken by a
 * `Gap` with the number of the last missing one; it is made here and counts for `limit`. An `after` beyond the end
 * (`last`, where the caller knows better than the disk) is a cursor into another log: this one is read from its
 * beginning, and `logId` tells.
 */
export async function readEvents(
  fs: Files,
  folder: string,
  { after, limit, last }: { readonly after: number; readonly limit: number; readonly last?: number },
): Promise<readonly EventRecord[]> {
  const segments = await currentSegments(fs, folder);
  const end = last ?? (await lastSeq(fs, folder, segments));
  let cursor = after > end ? 0 : after;
  const found: EventRecord[] = [];
  const start = Math.max(
    0,
    segments.findLastIndex(({ first }) => first <= cursor + 1),
  );
  for (let index = start; index < segments.length && found.length < limit; index += 1) {
    const segment = segments[index];
    if (segment === undefined) break;
    // What a failed write left behind is in the next segment again.
    const bound = Math.min(end, (segments[index + 1]?.first ?? Infinity) - 1);
    for (const event of await eventsOf(fs, folder, segment)) {
      if (found.length >= limit) break;
      if (event.seq <= cursor || event.seq > bound) continue;
      // Whoever begins at the beginning misses nothing that it ever had.
      if (event.seq > cursor + 1 && cursor > 0) found.push(gapBefore(event, cursor + 1));
      if (found.length < limit) found.push(event);
      cursor = event.seq;
    }
  }
  return found;
}

/** Of a segment that rotation took, or the disk does not give, nothing: the numbers after it show the gap. */
async function eventsOf(fs: Files, folder: string, segment: SegmentName): Promise<readonly EventRecord[]> {
  try {
    return (await readSegment(fs, folder, segment)).events;
  } catch (error) {
    if (error instanceof FsError) return [];
    throw error;
  }
}

/** The newest `limit` events on disk after `after`, for when there is no agent to ask. */
export async function newestEvents(
  fs: Files,
  folder: string,
  limit: number,
  after = 0,
): Promise<readonly EventRecord[]> {
  const end = await lastSeq(fs, folder, await currentSegments(fs, folder));
  return readEvents(fs, folder, { after: Math.max(after > end ? 0 : after, end - limit), limit, last: end });
}

async function lastSeq(fs: Files, folder: string, segments: readonly SegmentName[]): Promise<number> {
  for (const segment of segments.toReversed()) {
    const last = (await eventsOf(fs, folder, segment)).at(-1);
    if (last !== undefined) return last.seq;
  }
  return 0;
}

/** In place of events `from` … `before.seq - 1`. */
export function gapBefore(before: EventRecord, from: number): EventRecord {
  const to = before.seq - 1;
  const message = `${to - from + 1} events are missing here (${from} to ${to})`;
  return {
    type: 'Gap',
    seq: to,
    logId: before.logId,
    at: before.at,
    bootId: before.bootId,
    message,
    reason: reportError('KSN-REPORT-003', message).toReason(),
  };
}
