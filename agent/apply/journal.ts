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
 * 4. After a failed write or fsync every append fails until `reopen` (`journal-store.ts`).
 * 5. A journal with a verdict (`refused`) is never written to.
 * 6. `seq` counts durable records and never goes back; a rewrite keeps it.
 */
import { setImmediate } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { bug, type KeelsonError } from '../base/errors.ts';
import type { FileSystem } from '../../hostfs/filesystem.ts';
import { AppendQueue, type Queued } from './append-queue.ts';
import { encodeFrame, frameSize, type Scan } from './frames.ts';
import { JournalRoom } from './journal-room.ts';
import { JournalStore } from './journal-store.ts';
import { JOURNAL_FORMAT, type Checkpoint, type JournalRecord } from './records.ts';
import { replay } from './replay.ts';
import { EngineState } from './state.ts';
import { EMPTY_CHECKPOINT, type Header } from './state-view.ts';

export interface JournalOptions {
  /** Who writes from now on. */
  readonly header: Omit<Header, 'format'>;
  /** Bytes filled in advance. */
  readonly size?: number;
  /** Bytes that only finishing records may take, besides what each open transaction needs. */
  readonly reserve?: number;
  /** Why none is begun where none is: it was there, and is lost. */
  readonly lost?: KeelsonError | null;
  /** Bytes of records after which a checkpoint is worth its while. */
  readonly checkpointAfter?: number;
}

/** Without `sync` a crash may lose the records (invariant 2). */
export interface AppendOptions {
  /** Durable when it resolves. */
  readonly sync: boolean;
}

interface Entry {
  readonly records: readonly JournalRecord[];
  readonly texts: readonly string[];
  readonly bytes: number;
  readonly sync: boolean;
}

const kilobyte = 1024;
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

/** Made by `openJournal`. Disposal writes what still waits, if it can, and closes the file. */
export class Journal implements AsyncDisposable {
  readonly #options: Required<JournalOptions>;
  readonly #store: JournalStore;
  #room: JournalRoom;
  #state: EngineState | null = null;
  #refused: KeelsonError | null = null;
  #torn = 0;
  #seq = 0;
  /** Written with the next sync. */
  #lazy: { readonly record: JournalRecord; readonly text: string }[] = [];
  #lazyBytes = 0;
  readonly #queue = new AppendQueue<Entry>((group) => this.#carry(group));

  constructor(fs: FileSystem, path: string, options: JournalOptions) {
    this.#options = {
      size: 1024 * kilobyte,
      reserve: 64 * kilobyte,
      lost: null,
      checkpointAfter: 256 * kilobyte,
      ...options,
    };
    this.#store = new JournalStore(fs, path, this.#options.size);
    this.#room = new JournalRoom(this.#options.reserve);
  }

  /** As the file told it at open or reopen; whoever appends reduces it from there. */
  get state(): EngineState {
    if (this.#state === null) throw bug('the journal is not open');
    return this.#state;
  }

  /** Why nothing may be written: damage, loss, a newer format, a newer transaction, another key; or what `refuse` got. */
  get refused(): KeelsonError | null {
    return this.#refused;
  }

  /** Set by a failed write; `reopen` clears it. */
  get poisoned(): KeelsonError | null {
    return this.#store.poison;
  }

  /** Bytes of a torn tail that were cut at open. */
  get torn(): number {
    return this.#torn;
  }

  /** Number of the last durable record. */
  get seq(): number {
    return this.#seq;
  }

  /** More was appended since the last checkpoint than `checkpointAfter` bytes, and than it took itself. */
  get wantsCheckpoint(): boolean {
    const { head, end } = this.#store;
    return end - head > Math.max(this.#options.checkpointAfter, head);
  }

  /**
   * Reads what is there, or begins a journal where there is none and none is `lost`. A torn tail is cut. Damage and
   * loss do not reject but stand in `refused`, and then nothing is written. Rejects where reading, cutting or beginning
   * fails.
   */
  async open(): Promise<void> {
    let scan = await this.#store.load();
    if (scan === null && this.#options.lost !== null) {
      this.#state = new EngineState();
      this.#refused = this.#options.lost;
      return;
    }
    if (scan === null) {
      const first = this.#firstFrame(EMPTY_CHECKPOINT);
      await this.#store.replace(first, first.length, 0);
      scan = await this.#store.load();
    }
    if (scan === null) throw bug('the journal was begun and is not there');
    this.#take(scan);
    if (this.#refused !== null) return;
    if (this.#torn > 0) await this.#store.cut(this.#torn);
    const header = this.#header();
    if (!sameWriter(this.state.header, header)) {
      await this.append([header], { sync: true });
      this.state.reduce(header);
    }
  }

  /** Nothing is written any more, as where `open` found damage. */
  refuse(why: KeelsonError): void {
    this.#refused ??= why;
  }

  /** Resolves when the records are durable (`sync`), or will be with the next that are. */
  append(records: readonly JournalRecord[], { sync }: AppendOptions): Promise<void> {
    const texts = records.map((record) => JSON.stringify(record));
    const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text) + 1, 0);
    return this.#unavailable() ?? this.#queue.add({ records, texts, bytes, sync });
  }

  /** Room for so many bytes of new records besides everything kept; or an error before anything is begun. */
  reserve(bytes: number): Promise<void> {
    const act = (): Promise<void> => this.#store.makeRoom(this.#store.end + frameSize(bytes) + this.#room.kept);
    return this.#unavailable() ?? this.#queue.alone(act);
  }

  /**
   * Begins a new file with this checkpoint; false, and nothing done, where a transaction was opened first. A function
   * is asked when all earlier appends have resolved. Failing leaves the old file in use, unless it was being replaced.
   */
  async rewrite(checkpoint: Checkpoint | (() => Checkpoint)): Promise<boolean> {
    if (typeof checkpoint !== 'function' && this.#queue.unsettled > 0) {
      throw bug('a checkpoint was taken while records were being appended');
    }
    let written = false;
    await (this.#unavailable() ??
      this.#queue.alone(async () => {
        written = await this.#rewrite(checkpoint);
      }));
    return written;
  }

  /** After a failure: reads what is there, writes it to a fresh file, and gives the state it tells. */
  async reopen(): Promise<EngineState> {
    await this.#queue.idle();
    this.#takeLazy();
    this.#take(await this.#store.reload());
    if (this.#refused === null) await this.#store.renew(this.#room.kept);
    return this.state;
  }

  /** Writes what still waits, where that is possible. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#lazy.length > 0 && this.poisoned === null) await this.append([], { sync: true }).catch(() => undefined);
    await this.#queue.idle();
    await this.#store[Symbol.asyncDispose]();
  }

  /** What an append that cannot even be queued gives back. */
  #unavailable(): Promise<void> | undefined {
    const refusal = this.#refused ?? this.poisoned;
    return refusal === null ? undefined : Promise.reject(refusal);
  }

  /** Makes what was read the truth: the state, its number, what is open in it. */
  #take(scan: Scan): void {
    const { state, records, refused } = replay(scan, this.#options.header);
    this.#state = state;
    this.#refused = refused;
    this.#room = new JournalRoom(this.#options.reserve);
    for (const { record, bytes } of records) this.#room.count(record, bytes);
    this.#torn = scan.tail.is === 'torn' ? scan.tail.bytes : 0;
    this.#seq = scan.frames.at(-1)?.seq ?? 0;
  }

  async #rewrite(checkpoint: Checkpoint | (() => Checkpoint)): Promise<boolean> {
    this.#store.current();
    // Whoever waited for earlier appends has gone on and reduced them by the next turn of the loop.
    await setImmediate();
    if (this.#room.open > 0) return false;
    const frame = this.#firstFrame(typeof checkpoint === 'function' ? checkpoint() : checkpoint);
    await this.#store.replace(frame, frame.length, this.#room.kept);
    this.#takeLazy();
    return true;
  }

  /** Header and checkpoint; their number is that of the last record they stand for. */
  #firstFrame(checkpoint: Checkpoint): Uint8Array {
    const records: readonly JournalRecord[] = [this.#header(), { t: 'checkpoint', checkpoint }];
    return encodeFrame(
      records.map((record) => JSON.stringify(record)),
      this.#seq,
    );
  }

  #header(): Extract<JournalRecord, { t: 'header' }> {
    return { t: 'header', format: JOURNAL_FORMAT, ...this.#options.header };
  }

  /** Writes one group, or keeps it where nobody needs it durable. */
  async #carry(group: readonly Queued<Entry>[]): Promise<void> {
    const admitted: Queued<Entry>[] = [];
    let bytes = this.#lazyBytes;
    for (const queued of group) {
      try {
        await this.#admit(queued.entry, bytes);
        admitted.push(queued);
        bytes += queued.entry.bytes;
      } catch (error) {
        queued.reject(error);
      }
    }
    for (const { entry } of admitted) {
      entry.records.forEach((record, index) => this.#lazy.push({ record, text: entry.texts[index] ?? '' }));
    }
    this.#lazyBytes = bytes;
    try {
      if (admitted.some(({ entry }) => entry.sync) || bytes > lazyLimit) await this.#writeOut();
    } catch (error) {
      for (const queued of admitted) queued.reject(error);
      return;
    }
    for (const queued of admitted) queued.resolve();
  }

  /** Makes sure that the entry fits, with what goes before it and what must stay free after it. */
  async #admit(entry: Entry, before: number): Promise<void> {
    const end = this.#store.end + frameSize(before + entry.bytes + 2);
    if (entry.records.every((record) => this.#room.finishes(record))) return this.#store.makeRoom(end);
    const begins = entry.records.some(({ t }) => t === 'open' || t === 'intent');
    return this.#store.makeRoom(end + this.#room.kept + (begins ? 2 * entry.bytes : 0));
  }

  async #writeOut(): Promise<void> {
    if (this.#lazy.length === 0) return;
    this.#store.current();
    const batch = this.#takeLazy();
    const seq = this.#seq + batch.length;
    const frame = encodeFrame(
      batch.map(({ text }) => text),
      seq,
    );
    await this.#store.write(frame);
    this.#seq = seq;
    for (const { record, text } of batch) this.#room.count(record, text.length);
  }

  #takeLazy(): readonly { readonly record: JournalRecord; readonly text: string }[] {
    const lazy = this.#lazy;
    this.#lazy = [];
    this.#lazyBytes = 0;
    return lazy;
  }
}

/** Whether a new header would say the same, but for its time. */
function sameWriter(last: Header | null, { format, agent, bootId, key, kinds }: Header): boolean {
  return (
    last !== null &&
    isDeepStrictEqual({ ...last, at: 0 }, { format, agent, bootId, kinds, at: 0, ...(key !== undefined && { key }) })
  );
}
