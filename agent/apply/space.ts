/**
 * Room for a rollback on a full disk. Before a transaction mutates, files of zeros as large as everything that its
 * rollback would write lie on every device concerned; when the rollback meets a full disk it throws them off.
 *
 * On the state folder's device they lie in the state folder (with room for a new journal), on others beside a
 * target (or in the nearest folder above that is there), under the transaction's name, so that recovery finds them.
 * They go before the transaction closes: afterwards nobody looks above the targets' own folders.
 */
import type { FileSystem } from '../../hostfs/filesystem.ts';
import { applyError } from './errors.ts';
import { fromFs, isFsError } from './fs-errors.ts';
import type { TxId } from './records.ts';
import { transactionOf } from './temporaries.ts';

/** Bytes that undoing one change would take. */
export interface RoomNeeded {
  /** What the rollback would write there. */
  readonly path: string;
  readonly bytes: number;
}

interface Piece {
  /** A path in the folder where it lies. */
  readonly beside: string;
  readonly name: string;
}

const block = 4096;
const pieceSize = 4 * 1024 * 1024;
/** Inode, directory block and a little more for each file. */
const overhead = 2 * block;

export class Ballast {
  readonly #fs: FileSystem;
  readonly #dir: string;
  readonly #journalBytes: number;
  readonly #pieces = new Map<TxId, Piece[]>();

  /** `journalBytes`: what writing the journal anew takes. */
  constructor(fs: FileSystem, dir: string, journalBytes: number) {
    this.#fs = fs;
    this.#dir = dir;
    this.#journalBytes = journalBytes;
  }

  /** Takes more room on board, durable, or fails leaving what the transaction had before. */
  async reserveFor(tx: TxId, needed: readonly RoomNeeded[]): Promise<void> {
    const before = this.#pieces.get(tx)?.length ?? 0;
    try {
      for (const { beside, bytes } of await this.#byDevice(needed, before === 0 ? this.#journalBytes : 0))
        await this.#take(tx, beside, bytes);
      await this.#fs.flush();
    } catch (error) {
      await this.#throwOff(this.#pieces.get(tx)?.splice(before) ?? []).catch(() => 0);
      if (isFsError(error, 'NO_SPACE'))
        throw applyError('KSN-APPLY-030', `There is no room to keep for a rollback: ${error.message}`, {
          element: error.path,
          cause: error,
        });
      throw fromFs(error, this.#dir);
    }
  }

  /** After a restart: the ballast that an open transaction has, in the state folder and beside these paths. */
  async find(tx: TxId, paths: Iterable<string>): Promise<void> {
    const folders = new Set([this.#dir]);
    for (const path of paths) {
      for (let folder = parentOf(path); !folders.has(folder); folder = parentOf(folder)) folders.add(folder);
    }
    const pieces: Piece[] = [];
    for (const folder of folders) {
      for (const name of await this.#namesIn(folder)) {
        if (transactionOf(name) === tx && name.includes('.ballast-'))
          pieces.push({ beside: within(folder, 'ballast'), name });
      }
    }
    this.#pieces.set(tx, pieces);
  }

  /** What was a folder when the path was claimed may be a file by now: no ballast lies in it. */
  async #namesIn(folder: string): Promise<readonly string[]> {
    try {
      return await this.#fs.list(folder);
    } catch (error) {
      if (isFsError(error, 'NOT_A_DIRECTORY')) return [];
      throw error;
    }
  }

  /** A rollback met a full disk: everything goes that any transaction kept. */
  async releaseAll(): Promise<number> {
    let pieces = 0;
    for (const tx of this.#pieces.keys()) pieces += await this.release(tx);
    return pieces;
  }

  /** Throws it off; the room is free when it resolves. Says how many pieces there were. Also before a transaction closes. */
  async release(tx: TxId): Promise<number> {
    const pieces = this.#pieces.get(tx) ?? [];
    this.#pieces.delete(tx);
    return this.#throwOff(pieces);
  }

  async #throwOff(pieces: readonly Piece[]): Promise<number> {
    for (const { beside, name } of pieces) await this.#fs.remove(within(parentOf(beside), name));
    // Blocks are free for others only when the removal is on disk.
    if (pieces.length > 0) await this.#fs.flush();
    return pieces.length;
  }

  async #byDevice(
    needed: readonly RoomNeeded[],
    journal: number,
  ): Promise<readonly { readonly beside: string; readonly bytes: number }[]> {
    const own = await this.#fs.space(this.#dir);
    const devices = new Map([[own.device, { beside: `${this.#dir}/ballast`, bytes: journal, free: own.free }]]);
    for (const { path, bytes } of needed) {
      const { device, free } = await this.#fs.space(path);
      const there = devices.get(device) ?? { beside: await this.#nearest(path), bytes: 0, free };
      there.bytes += Math.ceil(bytes / block) * block + overhead;
      devices.set(device, there);
    }
    for (const { beside, bytes, free } of devices.values()) {
      if (bytes > free)
        throw applyError(
          'KSN-APPLY-030',
          `A rollback needs ${bytes} bytes on the file system of ${beside}, and ${free} are free.`,
          { element: beside },
        );
    }
    return [...devices.values()];
  }

  /** A path in the nearest folder above `path` that is there. */
  async #nearest(path: string): Promise<string> {
    let folder = parentOf(path);
    while (folder !== '/' && (await this.#fs.lstat(folder))?.type !== 'directory') folder = parentOf(folder);
    return within(folder, 'ballast');
  }

  async #take(tx: TxId, beside: string, bytes: number): Promise<void> {
    const pieces = this.#pieces.get(tx) ?? [];
    this.#pieces.set(tx, pieces);
    const zeros = new Uint8Array(Math.min(bytes, pieceSize));
    for (let taken = 0; taken < bytes; taken += zeros.length) {
      const name = `.keelson-${tx}.ballast-${pieces.length}~`;
      await this.#fs.stage(beside, name, zeros.subarray(0, bytes - taken), { mode: 0o600, uid: 0, gid: 0 });
      pieces.push({ beside, name });
    }
  }
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/';
}

function within(folder: string, name: string): string {
  return folder === '/' ? `/${name}` : `${folder}/${name}`;
}
