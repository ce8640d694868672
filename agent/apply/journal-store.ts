/**
 * The bytes of the journal: where frames end, how much room is filled in advance, and whether the disk can still be
 * believed. After a failed write or fsync of the current file it cannot: everything fails until `renew` has read
 * what is there and written it to a fresh file (the old one's pages are marked clean by the kernel, though they never
 * reached the disk). Failing to read, to grow, or to prepare a new file harms nothing.
 */
import { bug, type KeelsonError } from '../base/errors.ts';
import type { FileSystem } from '../../hostfs/filesystem.ts';
import { applyError } from './errors.ts';
import { scanFrames, type Scan } from './frames.ts';
import { fromFs, isFsError } from './fs-errors.ts';
import { JournalFile } from './journal-file.ts';

const step = 64 * 1024;
/**
 * No journal grows to this; its records would not fit into the agent's memory long before. A larger file was made so
 * by somebody else, for nothing if it is sparse, and reading it would end the process.
 */
export const LARGEST_JOURNAL = 256 * 1024 * 1024;

export class JournalStore implements AsyncDisposable {
  readonly #fs: FileSystem;
  readonly #path: string;
  readonly #size: number;
  #file: JournalFile | null = null;
  #poison: KeelsonError | null = null;
  #head = 0;
  #end = 0;

  /** `size`: bytes filled in advance. */
  constructor(fs: FileSystem, path: string, size: number) {
    this.#fs = fs;
    this.#path = path;
    this.#size = size;
  }

  /** Why every write fails (KSN-APPLY-005): one did before, or the journal is closed. Null: writes are believed. */
  get poison(): KeelsonError | null {
    return this.#poison;
  }

  /** Bytes of the first frame. */
  get head(): number {
    return this.#head;
  }

  /** Where the next frame goes. */
  get end(): number {
    return this.#end;
  }

  /** Opens the file and reads it, unless it is beyond all measure, or gives null where there is none. */
  async load(): Promise<Scan | null> {
    const file = await this.#harmless(() => JournalFile.open(this.#fs, this.#path));
    if (file === null) return null;
    await this.#use(file);
    const scan: Scan =
      file.size > LARGEST_JOURNAL
        ? { frames: [], end: 0, tail: { is: 'overlong', bytes: file.size } }
        : scanFrames(await this.#harmless(() => file.read()));
    this.#head = scan.frames[0]?.size ?? 0;
    this.#end = scan.end;
    return scan;
  }

  /** After a failure: reads what is there. It is not to be believed before `renew`. */
  async reload(): Promise<Scan> {
    await this.#use(null);
    this.#poison ??= applyError('KSN-APPLY-005', 'The journal is being opened anew.');
    const scan = await this.load();
    if (scan === null) throw applyError('KSN-APPLY-001', 'The journal is gone.', { element: this.#path });
    return scan;
  }

  /** Writes what `reload` read to a fresh file, which can be believed. */
  async renew(kept: number): Promise<void> {
    const file = this.#file;
    if (file === null) throw bug('nothing was reloaded');
    await this.replace(await this.#harmless(() => file.read(this.#end)), this.#head, kept);
    this.#poison = null;
  }

  /** Another file with this content takes over; `head`: its first frame, `kept`: room that it needs besides. */
  async replace(content: Uint8Array, head: number, kept: number): Promise<void> {
    const needed = content.length + kept;
    const size = needed <= this.#size ? this.#size : roundedUp(needed);
    await this.#harmless(() => JournalFile.prepare(this.#fs, this.#path, content, size));
    await this.#use(await this.#poisoning(() => JournalFile.publish(this.#fs, this.#path)));
    this.#head = head;
    this.#end = content.length;
  }

  /** Zeroes so many bytes after the last whole frame. */
  async cut(torn: number): Promise<void> {
    const file = this.current();
    await this.#poisoning(async () => {
      await file.fill(this.#end, this.#end + torn);
      await file.sync();
    });
  }

  /** The frame is durable when it resolves. */
  async write(frame: Uint8Array): Promise<void> {
    const file = this.current();
    await this.#poisoning(async () => {
      await file.write(this.#end, frame);
      await file.sync();
    });
    this.#end += frame.length;
  }

  /** Grows the file to at least `size`, filled and durable. */
  async makeRoom(size: number): Promise<void> {
    const file = this.current();
    if (size <= file.size) return;
    await this.#harmless(() => file.fill(file.size, roundedUp(size)));
    await this.#poisoning(() => file.sync());
  }

  /** Throws what keeps it from being used. */
  current(): JournalFile {
    if (this.#poison !== null) throw this.#poison;
    if (this.#file === null) throw bug('the journal is not open');
    return this.#file;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#use(null);
    this.#poison ??= applyError('KSN-APPLY-005', 'The journal is closed.');
  }

  async #use(file: JournalFile | null): Promise<void> {
    const before = this.#file;
    this.#file = file;
    await before?.[Symbol.asyncDispose]();
  }

  async #poisoning<T>(act: () => Promise<T>): Promise<T> {
    try {
      return await act();
    } catch (error) {
      if (!isFsError(error)) {
        this.#poison = bug('the journal was interrupted', error);
        throw error;
      }
      this.#poison = applyError('KSN-APPLY-005', `The journal could not be written: ${error.message}`, {
        element: this.#path,
        cause: error,
      });
      throw this.#poison;
    }
  }

  async #harmless<T>(act: () => Promise<T>): Promise<T> {
    try {
      return await act();
    } catch (error) {
      if (!isFsError(error)) throw error;
      if (error.code !== 'NO_SPACE') throw fromFs(error, this.#path);
      throw applyError('KSN-APPLY-004', `There is no room for the journal to grow: ${error.message}`, {
        element: this.#path,
        cause: error,
      });
    }
  }
}

/** With a step to spare. */
function roundedUp(size: number): number {
  return Math.ceil((size + step) / step) * step;
}
