/**
 * The file behind the journal: `journal`, always published whole. A new one is written in full as `.journal.next`
 * (content, then zeros), made durable, and renamed over; a crash leaves the one or the other.
 */
import type { FileSystem, LogFile } from '../../hostfs/filesystem.ts';

const nextName = '.journal.next';
const zeros = new Uint8Array(64 * 1024);

export class JournalFile implements AsyncDisposable {
  readonly #log: LogFile;

  private constructor(log: LogFile) {
    this.#log = log;
  }

  /**
   * Null where there is none. What a crash left of a next one is removed, and the folder synced even if nothing is:
   * the process may have died between rename and sync, and what is appended now must not hang on that.
   */
  static async open(fs: FileSystem, path: string): Promise<JournalFile | null> {
    await fs.remove(`${path.slice(0, path.lastIndexOf('/'))}/${nextName}`);
    await fs.flush();
    if ((await fs.lstat(path)) === null) return null;
    return new JournalFile(await fs.openLog(path, 0));
  }

  /** Writes the next file; nothing of the current one changes, and failing leaves no trace. */
  static async prepare(fs: FileSystem, path: string, content: Uint8Array, size: number): Promise<void> {
    const filled = new Uint8Array(size);
    filled.set(content);
    await fs.stage(path, nextName, filled, { mode: 0o600, uid: 0, gid: 0 });
  }

  /** Puts the prepared file in place. If that fails, either may be there after a crash. */
  static async publish(fs: FileSystem, path: string): Promise<JournalFile> {
    await fs.publish(path, nextName);
    await fs.flush();
    return new JournalFile(await fs.openLog(path, 0));
  }

  /** Bytes, those filled in advance included. */
  get size(): number {
    return this.#log.size;
  }

  /** The first `length` bytes; by default all. */
  async read(length = this.#log.size): Promise<Uint8Array> {
    return this.#log.read(0, length);
  }

  /** In place; not durable before `sync`. */
  write(offset: number, bytes: Uint8Array): Promise<void> {
    return this.#log.write(offset, bytes);
  }

  /** fdatasync. After a failure nothing that goes through this file can be believed (see `journal-store.ts`). */
  sync(): Promise<void> {
    return this.#log.sync();
  }

  /** Zeros from `offset` to `end`; not yet durable. Past the end of the file it grows. */
  async fill(offset: number, end: number): Promise<void> {
    for (let at = offset; at < end; at += zeros.length) {
      await this.#log.write(at, zeros.subarray(0, Math.min(zeros.length, end - at)));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#log[Symbol.asyncDispose]();
  }
}
