/**
 * The journal: what is about to be done and what was decided, durable before anything follows from it.
 *
 * Invariants:
 * 1. One write at a time, and each is fsynced before the next begins (`frames.ts` relies on it). What was queued
 *    meanwhile goes out together: one frame, one fsync.
 * 2. Promises of `append` resolve in the order of their records. Records appended without `sync` wait in memory
 *    for the next frame; a crash loses them, and recovery finds out by looking.
 * 3. The file has its room in advance: what begins something is refused before it could take what the finish of
 *    the rest needs (`journal-room.ts`). A refusal writes nothing and harms nothing.
 * 4. After a write or fsync of the current file failed, nobody knows what is durable: every append fails until
 *    `reopen` has read what is there and written it anew to a fresh file (the pages of the old one are marked
 *    clean by the kernel, though they never reached the disk).
 * 5. A journal with a verdict (`refused`) is never written to.
 * 6. `seq` counts durable records and never goes back; a rewrite keeps it.
 */
import { bug, type KeelsonError } from '../base/errors.ts';
import type { FileSystem } from '../../hostfs/filesystem.ts';
import { applyError } from './errors.ts';
import { encodeFrame, frameSize } from './frames.ts';
import { fromFs, isFsError } from './fs-errors.ts';
import { JournalFile } from './journal-file.ts';
import { JournalRoom } from './journal-room.ts';
import { JOURNAL_FORMAT, type Checkpoint, type JournalRecord } from './records.ts';
import { replay, type Reading } from './replay.ts';
import type { EngineState } from './state.ts';
import { EMPTY_CHECKPOINT, type Header } from './state-view.ts';

export interface JournalOptions {
  /** Who writes from now on. */
  readonly header: Omit<Header, 'format'>;
  /** Bytes filled in advance. */
  readonly size?: number;
  /** Bytes that only finishing records may take, besides what each open transaction needs. */
  readonly reserve?: number;
  /** Bytes of records after which a checkpoint is worth its while. */
  readonly checkpointAfter?: number;
}

export interface AppendOptions {
  /** Durable when it resolves. */
  readonly sync: boolean;
}

interface Entry {
  readonly records: readonly JournalRecord[];
  readonly texts: readonly string[];
  readonly bytes: number;
  readonly sync: boolean;
  /** A rewrite: takes its turn alone. */
  readonly alone?: () => Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

const kilobyte = 1024;
const step = 64 * kilobyte;
/** More than this is not kept waiting for the next sync. */
const lazyLimit = 64 * kilobyte;

/** Opens the journal in `dir` (which exists), or begins one; a torn tail is cut. */
export async function openJournal(fs: FileSystem, dir: string, options: JournalOptions): Promise<Journal> {
  const journal = new Journal(fs, `${dir}/journal`, options);
  try {
    await journal.open();
  } catch (error) {
    await journal[Symbol.asyncDispose]();
    throw error;
  }
  return journal;
}

export class Journal implements AsyncDisposable {
  readonly #fs: FileSystem;
  readonly #path: string;
  readonly #options: Required<JournalOptions>;
  #file: JournalFile | null = null;
  #reading: Reading | null = null;
  #room: JournalRoom;
  #torn = 0;
  #seq = 0;
  /** Bytes of the first frame, and where the next one goes. */
  #head = 0;
  #end = 0;
  #poison: KeelsonError | null = null;
  #queue: Entry[] = [];
  #lazy: { record: JournalRecord; text: string }[] = [];
  #lazyBytes = 0;
  #pumping: Promise<void> | null = null;
  /** Entries whose promise is pending. */
  #unsettled = 0;

  constructor(fs: FileSystem, path: string, options: JournalOptions) {
    this.#fs = fs;
    this.#path = path;
    this.#options = { size: 1024 * kilobyte, reserve: 64 * kilobyte, checkpointAfter: 256 * kilobyte, ...options };
    this.#room = new JournalRoom(this.#options.reserve);
  }

  /** As the file told it at open or reopen; whoever appends reduces it from there. */
  get state(): EngineState {
    if (this.#reading === null) throw bug('the journal is not open');
    return this.#reading.state;
  }

  /** Why nothing may be written: damage, a newer format, a newer transaction, another key. */
  get refused(): KeelsonError | null {
    return this.#reading?.refused ?? null;
  }

  /** Set by a failed write; `reopen` clears it. */
  get poisoned(): KeelsonError | null {
    return this.#poison;
  }

  /** Bytes of a torn tail that were cut at open. */
  get torn(): number {
    return this.#torn;
  }

  /** Number of the last durable record. */
  get seq(): number {
    return this.#seq;
  }

  get wantsCheckpoint(): boolean {
    return this.#end - this.#head > Math.max(this.#options.checkpointAfter, this.#head);
  }

  async open(): Promise<void> {
    const file =
      (await this.#attempt(() => JournalFile.open(this.#fs, this.#path))) ?? (await this.#attempt(() => this.#begin()));
    await this.#take(file);
    if (this.refused !== null) return;
    if (this.#torn > 0) {
      await this.#attempt(async () => {
        await file.fill(this.#end, this.#end + this.#torn);
        await file.sync();
      });
    }
    if (!this.#isHeader(this.state.header)) {
      const header = this.#header();
      await this.append([header], { sync: true });
      this.state.reduce(header);
    }
  }

  /** Resolves when the records are durable (`sync`), or will be with the next that are. */
  append(records: readonly JournalRecord[], { sync }: AppendOptions): Promise<void> {
    const texts = records.map((record) => JSON.stringify(record));
    const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text) + 1, 0);
    return this.#enqueue({ records, texts, bytes, sync });
  }

  /** Room for so many bytes of new records besides everything kept; or an error before anything is begun. */
  reserve(bytes: number): Promise<void> {
    return this.#alone(() => this.#makeRoom(this.#end + frameSize(bytes) + this.#room.kept));
  }

  /**
   * Begins a new file with this checkpoint; only with no transaction open. A function is asked when all earlier
   * appends have resolved. Failing leaves the old file in use, unless it was being replaced.
   */
  rewrite(checkpoint: Checkpoint | (() => Checkpoint)): Promise<void> {
    if (typeof checkpoint !== 'function' && this.#unsettled > 0) {
      return Promise.reject(bug('a checkpoint was taken while records were being appended'));
    }
    return this.#alone(async () => {
      await new Promise((resolve) => void setImmediate(resolve));
      if (this.#room.open > 0) throw bug('a checkpoint with transactions open');
      const record: JournalRecord = {
        t: 'checkpoint',
        checkpoint: typeof checkpoint === 'function' ? checkpoint() : checkpoint,
      };
      const frame = encodeFrame([JSON.stringify(this.#header()), JSON.stringify(record)], this.#seq);
      await this.#replace(frame, frame.length);
      this.#lazy = [];
      this.#lazyBytes = 0;
    });
  }

  /** After a failure: reads what is there, writes it to a fresh file, and gives the state it tells. */
  async reopen(): Promise<EngineState> {
    await this.#pumping;
    await this.#file?.[Symbol.asyncDispose]();
    this.#file = null;
    this.#poison ??= applyError('KSN-APPLY-005', 'The journal is being opened anew.');
    this.#lazy = [];
    this.#lazyBytes = 0;
    const file = await this.#attempt(() => JournalFile.open(this.#fs, this.#path));
    if (file === null) throw applyError('KSN-APPLY-001', 'The journal is gone.', { element: this.#path });
    await this.#take(file);
    if (this.refused === null) {
      const { bytes } = await this.#attempt(() => file.scan());
      await this.#replace(bytes.slice(0, this.#end), this.#head);
    }
    this.#poison = null;
    return this.state;
  }

  /** Writes what still waits, where that is possible. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#lazy.length > 0 && this.#poison === null) await this.append([], { sync: true }).catch(() => undefined);
    await this.#pumping;
    await this.#file?.[Symbol.asyncDispose]();
    this.#file = null;
    this.#poison ??= applyError('KSN-APPLY-005', 'The journal is closed.');
  }

  async #begin(): Promise<JournalFile> {
    const first: JournalRecord = { t: 'checkpoint', checkpoint: EMPTY_CHECKPOINT };
    await JournalFile.prepare(
      this.#fs,
      this.#path,
      encodeFrame([JSON.stringify(this.#header()), JSON.stringify(first)], 0),
      this.#options.size,
    );
    return JournalFile.publish(this.#fs, this.#path);
  }

  /** Makes the file the current one: its state, its end, what is open in it. */
  async #take(file: JournalFile): Promise<void> {
    this.#file = file;
    const { scan } = await this.#attempt(() => file.scan());
    const { header } = this.#options;
    this.#reading = replay(scan, header);
    this.#room = new JournalRoom(this.#options.reserve);
    for (const { record, bytes } of this.#reading.records) this.#room.count(record, bytes);
    this.#torn = scan.tail.is === 'torn' ? scan.tail.bytes : 0;
    this.#seq = scan.frames.at(-1)?.seq ?? 0;
    this.#head = scan.frames[0]?.size ?? 0;
    this.#end = scan.end;
  }

  /** Another file with this content takes over. */
  async #replace(content: Uint8Array, head: number): Promise<void> {
    const size = Math.max(this.#options.size, Math.ceil((content.length + this.#room.kept + step) / step) * step);
    await this.#attempt(() => JournalFile.prepare(this.#fs, this.#path, content, size), 'KSN-APPLY-004');
    const next = await this.#poisoning(() => JournalFile.publish(this.#fs, this.#path));
    await this.#file?.[Symbol.asyncDispose]();
    this.#file = next;
    this.#head = head;
    this.#end = content.length;
  }

  #header(): Extract<JournalRecord, { t: 'header' }> {
    return { t: 'header', format: JOURNAL_FORMAT, ...this.#options.header };
  }

  #isHeader(last: Header | null): boolean {
    if (last === null) return false;
    const { format, agent, bootId, key, kinds } = this.#header();
    const sameKinds =
      Object.entries(kinds).every(([kind, version]) => last.kinds[kind] === version) &&
      Object.keys(last.kinds).length === Object.keys(kinds).length;
    return last.format === format && last.agent === agent && last.bootId === bootId && last.key === key && sameKinds;
  }

  #enqueue(what: Omit<Entry, 'resolve' | 'reject'>): Promise<void> {
    const refusal = this.refused ?? this.#poison;
    if (refusal !== null) return Promise.reject(refusal);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#unsettled += 1;
    const settling =
      <T>(settle: (value: T) => void) =>
      (value: T): void => {
        this.#unsettled -= 1;
        settle(value);
      };
    this.#queue.push({ ...what, resolve: settling(resolve), reject: settling(reject) });
    this.#pumping ??= this.#pump();
    return promise;
  }

  #alone(act: () => Promise<void>): Promise<void> {
    return this.#enqueue({ records: [], texts: [], bytes: 0, sync: true, alone: act });
  }

  async #pump(): Promise<void> {
    // Whatever is appended in the same turn goes out together.
    await Promise.resolve();
    while (this.#queue.length > 0) {
      if (this.#poison !== null) {
        for (const entry of this.#queue.splice(0)) entry.reject(this.#poison);
        break;
      }
      const first = this.#queue[0];
      if (first?.alone !== undefined) {
        this.#queue.shift();
        await first.alone().then(first.resolve, first.reject);
        continue;
      }
      const alone = this.#queue.findIndex((entry) => entry.alone !== undefined);
      await this.#carry(this.#queue.splice(0, alone === -1 ? this.#queue.length : alone));
    }
    this.#pumping = null;
  }

  /** Writes one group, or keeps it where nobody needs it durable. */
  async #carry(group: readonly Entry[]): Promise<void> {
    const admitted: Entry[] = [];
    let bytes = this.#lazyBytes;
    for (const entry of group) {
      try {
        await this.#admit(entry, bytes);
        admitted.push(entry);
        bytes += entry.bytes;
      } catch (error) {
        entry.reject(error);
      }
    }
    if (admitted.length === 0) return;
    for (const { records, texts } of admitted) {
      records.forEach((record, index) => this.#lazy.push({ record, text: texts[index] ?? '' }));
    }
    this.#lazyBytes = bytes;
    try {
      if (admitted.some((entry) => entry.sync) || bytes > lazyLimit) await this.#writeOut();
    } catch (error) {
      for (const entry of admitted) entry.reject(error);
      return;
    }
    for (const entry of admitted) entry.resolve();
  }

  /** Makes sure that the entry fits, with what goes before it and what must stay free after it. */
  async #admit(entry: Entry, before: number): Promise<void> {
    const end = this.#end + frameSize(before + entry.bytes + 2);
    const finishes = entry.records.every((record) => this.#room.finishes(record));
    await this.#makeRoom(
      finishes
        ? end
        : end + this.#room.kept + (entry.records.some(({ t }) => t === 'open' || t === 'intent') ? 2 * entry.bytes : 0),
    );
  }

  async #writeOut(): Promise<void> {
    if (this.#lazy.length === 0) return;
    const file = this.#current();
    const batch = this.#lazy;
    this.#lazy = [];
    this.#lazyBytes = 0;
    const seq = this.#seq + batch.length;
    const frame = encodeFrame(
      batch.map(({ text }) => text),
      seq,
    );
    await this.#poisoning(async () => {
      await file.write(this.#end, frame);
      await file.sync();
    });
    this.#end += frame.length;
    this.#seq = seq;
    for (const { record, text } of batch) this.#room.count(record, text.length);
  }

  /** Grows the file to at least `size`, filled and durable. */
  async #makeRoom(size: number): Promise<void> {
    const file = this.#current();
    if (size <= file.size) return;
    const grown = Math.ceil((size + step) / step) * step;
    await this.#attempt(() => file.fill(file.size, grown), 'KSN-APPLY-004');
    await this.#poisoning(() => file.sync());
  }

  #current(): JournalFile {
    if (this.#poison !== null) throw this.#poison;
    if (this.#file === null) throw bug('the journal is not open');
    return this.#file;
  }

  /** Failing means that nobody knows any more what is durable. */
  async #poisoning<T>(act: () => Promise<T>): Promise<T> {
    try {
      return await act();
    } catch (error) {
      if (!isFsError(error)) this.#poison = bug('the journal was interrupted', error);
      else
        this.#poison = applyError('KSN-APPLY-005', `The journal could not be written: ${error.message}`, {
          element: this.#path,
          cause: error,
        });
      throw isFsError(error) ? this.#poison : error;
    }
  }

  /** Failing harms nothing. `full`: what a full disk means here. */
  async #attempt<T>(act: () => Promise<T>, full?: 'KSN-APPLY-004'): Promise<T> {
    try {
      return await act();
    } catch (error) {
      if (!isFsError(error)) throw error;
      if (full !== undefined && error.code === 'NO_SPACE') {
        throw applyError(full, `There is no room for the journal to grow: ${error.message}`, {
          element: this.#path,
          cause: error,
        });
      }
      throw fromFs(error, this.#path);
    }
  }
}
