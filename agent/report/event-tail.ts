/** The writing end of the event log: appends durable batches to the newest segment, and rotates. */
import type { FileSystem, LogFile } from '../../hostfs/filesystem.ts';
import { readSegment } from './event-reader.ts';
import { headerLine, segmentName, segmentsAmong, type SegmentName } from './event-segment.ts';

/** A segment is left at `segmentBytes`, and the oldest goes when there would be more than `segments`. */
export interface EventTailOptions {
  readonly fs: FileSystem;
  readonly folder: string;
  readonly newLogId: () => string;
  readonly segmentBytes: number;
  readonly segments: number;
}

/** However short they are. */
const MOST_SEGMENTS = 64;

interface Place {
  readonly logId: string;
  readonly epoch: number;
  readonly lastSeq: number;
}

/** A segment that can be continued: where the next line goes, and how long what is there is. */
interface Continued {
  readonly segment: SegmentName;
  readonly end: number;
  readonly size: number;
}

export class EventTail implements AsyncDisposable {
  readonly #options: EventTailOptions;
  readonly #logId: string;
  readonly #epoch: number;
  #lastSeq: number;
  #file: LogFile | null = null;
  #end = 0;

  private constructor(options: EventTailOptions, { logId, epoch, lastSeq }: Place) {
    this.#options = options;
    this.#logId = logId;
    this.#epoch = epoch;
    this.#lastSeq = lastSeq;
  }

  /** `damage`: why an older log could not be continued, null where it was or there was none. */
  static async open(options: EventTailOptions): Promise<{ readonly tail: EventTail; readonly damage: string | null }> {
    const { fs, folder, newLogId } = options;
    await fs.ensureDirectory(folder, { mode: 0o700, uid: 0, gid: 0 });
    const all = segmentsAmong(await fs.list(folder));
    const newest = all.at(-1);
    if (newest === undefined)
      return { tail: new EventTail(options, { logId: newLogId(), epoch: 1, lastSeq: 0 }), damage: null };
    let damage: string;
    try {
      const { logId, events, end, tail: after } = await readSegment(fs, folder, newest);
      if (logId !== null && after !== 'damaged') {
        const lastSeq = events.at(-1)?.seq ?? newest.first - 1;
        const tail = new EventTail(options, { logId, epoch: newest.epoch, lastSeq });
        const size = (await fs.lstat(`${folder}/${newest.name}`))?.size ?? end;
        await tail.#continue({ segment: newest, end, size });
        return { tail, damage: null };
      }
      damage = `${folder}/${newest.name} ${logId === null ? 'is no event log of this release' : 'ends in what is no event'}`;
    } catch (error) {
      damage = `${folder}/${newest.name} cannot be continued: ${error instanceof Error ? error.message : String(error)}`;
    }
    return { tail: new EventTail(options, { logId: newLogId(), epoch: newest.epoch + 1, lastSeq: 0 }), damage };
  }

  get logId(): string {
    return this.#logId;
  }

  /** Number of the newest durable event; 0: none yet. */
  get lastSeq(): number {
    return this.#lastSeq;
  }

  /** Whole lines, numbered on from {@link lastSeq}. Durable when it resolves; else none of them counts and a new segment follows. */
  async append(lines: readonly string[]): Promise<void> {
    const bytes = Buffer.from(lines.join(''));
    try {
      const full = this.#file !== null && this.#end + bytes.length > this.#options.segmentBytes;
      if (full) await this.#close();
      const file = (this.#file ??= await this.#begin());
      await file.write(this.#end, bytes);
      await file.sync();
      this.#end += bytes.length;
      this.#lastSeq += lines.length;
    } catch (error) {
      // What reached the disk is unknown: nothing is appended behind it.
      await this.#close();
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close();
  }

  /** A torn tail becomes empty lines: there is no cutting a file short, and no reader minds. */
  async #continue({ segment, end, size }: Continued): Promise<void> {
    const file = await this.#options.fs.openLog(`${this.#options.folder}/${segment.name}`, 0);
    try {
      if (size > end) {
        await file.write(end, Buffer.alloc(size - end, '\n'));
        await file.sync();
      }
    } catch (error) {
      await file[Symbol.asyncDispose]();
      throw error;
    }
    this.#file = file;
    this.#end = end;
  }

  async #begin(): Promise<LogFile> {
    const { fs, folder } = this.#options;
    const { name } = segmentName(this.#epoch, this.#lastSeq + 1);
    // A segment of this very name is what a failed append left: none of its events was ever shown.
    await fs.remove(`${folder}/${name}`);
    await this.#makeRoom();
    await fs.flush();
    // Whole from the beginning: a segment without its first line is damage, never a crash.
    const header = Buffer.from(headerLine(this.#logId, this.#lastSeq + 1));
    await fs.writeDurably(`${folder}/${name}`, header, { mode: 0o600, uid: 0, gid: 0 });
    this.#end = header.length;
    return fs.openLog(`${folder}/${name}`, 0);
  }

  /** By size: failed appends leave short segments, which must not push out the history before them. */
  async #makeRoom(): Promise<void> {
    const { fs, folder, segments, segmentBytes } = this.#options;
    const newestFirst = segmentsAmong(await fs.list(folder)).toReversed();
    let bytes = segmentBytes;
    let kept = 0;
    for (const { name } of newestFirst) {
      bytes += (await fs.lstat(`${folder}/${name}`))?.size ?? 0;
      if (bytes > segments * segmentBytes || kept >= MOST_SEGMENTS) break;
      kept += 1;
    }
    // The oldest first: a crash in between must leave no hole.
    for (const { name } of newestFirst.slice(kept).toReversed()) await fs.remove(`${folder}/${name}`);
  }

  async #close(): Promise<void> {
    const file = this.#file;
    this.#file = null;
    await file?.[Symbol.asyncDispose]();
  }
}
