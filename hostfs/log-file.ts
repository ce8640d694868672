/** A preallocated file for random access: journals write in place, so an append never needs space or a new size. */
import { readUpTo, writeAll } from './content.ts';
import { FsError } from './errors.ts';
import type { LogFile } from './filesystem.ts';
import { toFsError, translated } from './node-error.ts';
import type { DirectoryHandle, FileHandle, Primitives } from './primitives.ts';

/** Opens the file at `name`; the log's disposal closes it. */
export function openLogFile(primitives: Primitives, at: DirectoryHandle, name: string, path: string): LogFile {
  const file = primitives.openFile(at, name, 'read-write');
  try {
    return new OpenLog(primitives, file, path, primitives.fstat(file).size);
  } catch (error) {
    primitives.close(file);
    throw error;
  }
}

class OpenLog implements LogFile {
  readonly #primitives: Primitives;
  readonly #file: FileHandle;
  readonly #path: string;
  #size: number;
  #closed = false;
  /**
   * After a failed sync the kernel marks the pages clean, and a second sync would succeed without having written
   * them (the "fsyncgate"): nothing more may be trusted through this descriptor.
   */
  #failed: unknown;

  constructor(primitives: Primitives, file: FileHandle, path: string, size: number) {
    this.#primitives = primitives;
    this.#file = file;
    this.#path = path;
    this.#size = size;
  }

  get size(): number {
    return this.#size;
  }

  async read(offset: number, length: number): Promise<Uint8Array> {
    this.#check();
    return translated(this.#path, 'read', () =>
      readUpTo(this.#primitives, this.#file, offset, Math.max(0, Math.min(length, this.#size - offset))),
    );
  }

  async write(offset: number, bytes: Uint8Array): Promise<void> {
    this.#check();
    await translated(this.#path, 'write', () => writeAll(this.#primitives, this.#file, bytes, offset));
    this.#size = Math.max(this.#size, offset + bytes.length);
  }

  async sync(): Promise<void> {
    this.#check();
    try {
      await this.#primitives.syncData(this.#file);
    } catch (error) {
      this.#failed = error;
      throw toFsError(error, this.#path, 'make durable');
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    try {
      this.#primitives.close(this.#file);
    } catch {
      // What counts was synced before, and told.
    }
  }

  #check(): void {
    if (this.#closed) throw new FsError('IO', this.#path, `The log ${this.#path} is closed.`);
    if (this.#failed !== undefined)
      throw new FsError(
        'IO',
        this.#path,
        `A sync of ${this.#path} failed before; reopen it and read what is there.`,
        this.#failed,
      );
  }
}
