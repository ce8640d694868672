/**
 * What was there before us, as bytes: each under its keyed fingerprint, readable by root alone, never quoted
 * anywhere. Bytes are here before an intent names them, and stay while a record needs them (`references.ts`).
 *
 * Invariants:
 * 1. When `put` resolves, the bytes are durable under their fingerprint; put again, nothing changes.
 * 2. `get` gives exactly the bytes that were put, or fails.
 * 3. The total never exceeds its limit, puts under way included.
 */
import type { FileSystem } from '../../hostfs/filesystem.ts';
import type { Fingerprint } from '../resources/kind.ts';
import { applyError } from './errors.ts';
import { fromFs, isFsError } from './fs-errors.ts';

/** How many bytes are kept at most; beyond them a change is refused, not made without a way back. */
export interface PreimageLimits {
  /** Bytes of one. */
  readonly each: number;
  readonly total: number;
}

export const PREIMAGE_LIMITS: PreimageLimits = { each: 16 * 1024 * 1024, total: 256 * 1024 * 1024 };

/** Opens the store `preimages` in `dir`. */
export async function openPreimages(
  fs: FileSystem,
  dir: string,
  fingerprint: (bytes: Uint8Array) => Fingerprint,
  limits: PreimageLimits = PREIMAGE_LIMITS,
): Promise<Preimages> {
  const folder = `${dir}/preimages`;
  try {
    await fs.ensureDirectory(folder, { mode: 0o700, uid: 0, gid: 0 });
    const sizes = new Map<string, number>();
    for (const name of await fs.list(folder)) {
      const entry = await fs.lstat(`${folder}/${name}`);
      if (entry?.type === 'file' && isName(name)) sizes.set(name, entry.size);
    }
    // Syncs the folder: what an earlier run renamed into it may not be durable, and will not be written again.
    await fs.remove(`${folder}/.none`);
    await fs.flush();
    return new Preimages(fs, folder, fingerprint, limits, sizes);
  } catch (error) {
    throw fromFs(error, folder);
  }
}

/** Made by `openPreimages`, which lists what is there. */
export class Preimages {
  readonly #fs: FileSystem;
  readonly #folder: string;
  readonly #fingerprint: (bytes: Uint8Array) => Fingerprint;
  readonly #limits: PreimageLimits;
  /** Bytes by name, puts under way included. */
  readonly #sizes: Map<string, number>;
  readonly #puts = new Map<string, Promise<void>>();
  /** Put since the last sweep: the intent that names it may be on the way. */
  #fresh = new Set<string>();

  constructor(
    fs: FileSystem,
    folder: string,
    fingerprint: (bytes: Uint8Array) => Fingerprint,
    limits: PreimageLimits,
    sizes: Map<string, number>,
  ) {
    this.#fs = fs;
    this.#folder = folder;
    this.#fingerprint = fingerprint;
    this.#limits = limits;
    this.#sizes = sizes;
  }

  /** Bytes held. */
  get total(): number {
    return this.#sizes.values().reduce((sum, size) => sum + size, 0);
  }

  /** Listed, not read: whether the bytes are whole shows at `get`. */
  has(fingerprint: Fingerprint): boolean {
    return this.#sizes.has(nameOf(fingerprint));
  }

  /**
   * Durable when it resolves. @throws KSN-APPLY-010 (larger than one may be), KSN-APPLY-011 (the store would be full),
   * or what a failed write becomes (`fs-errors.ts`).
   */
  async put(bytes: Uint8Array): Promise<Fingerprint> {
    if (bytes.length > this.#limits.each) {
      throw applyError(
        'KSN-APPLY-010',
        `${bytes.length} bytes are too many to be saved for a rollback (limit ${this.#limits.each}).`,
      );
    }
    const fingerprint = this.#fingerprint(bytes);
    const name = nameOf(fingerprint);
    this.#fresh.add(name);
    const before = this.#puts.get(name);
    if (before !== undefined) {
      await before;
      return fingerprint;
    }
    const put = this.#put(name, bytes).finally(() => this.#puts.delete(name));
    this.#puts.set(name, put);
    await put;
    return fingerprint;
  }

  /** @throws KSN-APPLY-012 (not there), KSN-APPLY-013 (not the bytes that were put). */
  async get(fingerprint: Fingerprint): Promise<Uint8Array> {
    const path = this.#path(nameOf(fingerprint));
    const bytes = await this.#read(path);
    if (bytes === null)
      throw applyError('KSN-APPLY-012', `The content ${fingerprint} was not saved, or is gone.`, { element: path });
    if (this.#fingerprint(bytes) !== fingerprint)
      throw applyError('KSN-APPLY-013', `The saved content ${fingerprint} is damaged.`, { element: path });
    return bytes;
  }

  /** Removes all others, but those put since the last sweep. */
  async sweep(keep: ReadonlySet<Fingerprint>): Promise<number> {
    const names = new Set([...keep].map(nameOf)).union(this.#fresh);
    this.#fresh = new Set();
    let removed = 0;
    try {
      for (const name of await this.#fs.list(this.#folder)) {
        if (!isName(name) || names.has(name)) continue;
        await this.#fs.remove(this.#path(name));
        this.#sizes.delete(name);
        removed += 1;
      }
      if (removed > 0) await this.#fs.flush();
    } catch (error) {
      throw fromFs(error, this.#folder);
    }
    return removed;
  }

  async #put(name: string, bytes: Uint8Array): Promise<void> {
    const path = this.#path(name);
    const held = this.#sizes.get(name);
    const total = this.total - (held ?? 0) + bytes.length;
    if (total > this.#limits.total) {
      throw applyError(
        'KSN-APPLY-011',
        `The store of contents saved for rollbacks would hold ${total} bytes (limit ${this.#limits.total}).`,
      );
    }
    this.#sizes.set(name, bytes.length);
    try {
      // Listed is not whole: what is there may be damaged, and we have the right bytes in hand.
      if (held !== undefined && same(await this.#read(path), bytes)) return;
      await this.#fs.writeDurably(path, bytes, { mode: 0o600, uid: 0, gid: 0 });
    } catch (error) {
      if (held === undefined) this.#sizes.delete(name);
      else this.#sizes.set(name, held);
      throw fromFs(error, path);
    }
  }

  async #read(path: string): Promise<Uint8Array | null> {
    try {
      return await this.#fs.read(path, this.#limits.each);
    } catch (error) {
      if (isFsError(error, 'NOT_FOUND')) return null;
      throw fromFs(error, path);
    }
  }

  #path(name: string): string {
    return `${this.#folder}/${name}`;
  }
}

function same(a: Uint8Array | null, b: Uint8Array): boolean {
  return a !== null && Buffer.compare(a, b) === 0;
}

/** The base64url part; never a path of its own. */
function nameOf(fingerprint: Fingerprint): string {
  const name = fingerprint.slice('hmac:'.length);
  if (!fingerprint.startsWith('hmac:') || !isName(name))
    throw applyError('KSN-APPLY-012', 'That is no fingerprint.', { element: fingerprint.slice(0, 60) });
  return name;
}

function isName(name: string): boolean {
  return /^[\w-]{43}$/.test(name);
}
