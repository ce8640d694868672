/**
 * Accepted specs as they came, by the digest of their payload: `specs/<hex>`. Durable before the journal accepts
 * them; verified again whenever they are read, by whoever reads (the signature covers the bytes).
 */
import type { FileSystem } from '../../hostfs/filesystem.ts';
import { applyError } from './errors.ts';
import { fromFs, isFsError } from './fs-errors.ts';

/** A 1 MiB payload as base64 in JSON, with room for signatures. */
const limit = 4 * 1024 * 1024;

/** Opens the store `specs` in `dir`. */
export async function openEnvelopes(fs: FileSystem, dir: string): Promise<Envelopes> {
  const folder = `${dir}/specs`;
  try {
    await fs.ensureDirectory(folder, { mode: 0o700, uid: 0, gid: 0 });
  } catch (error) {
    throw fromFs(error, folder);
  }
  return new Envelopes(fs, folder);
}

/** Made by `openEnvelopes`. Nothing here judges a signature. */
export class Envelopes {
  readonly #fs: FileSystem;
  readonly #folder: string;
  /** Put since the last sweep: its record may be on the way. */
  #fresh = new Set<string>();

  constructor(fs: FileSystem, folder: string) {
    this.#fs = fs;
    this.#folder = folder;
  }

  /** Durable when it resolves. The same digest again replaces: the same payload may come with other signatures. */
  async put(digest: string, envelope: Uint8Array): Promise<void> {
    const path = this.#path(digest);
    this.#fresh.add(nameOf(digest));
    try {
      await this.#fs.writeDurably(path, envelope, { mode: 0o600, uid: 0, gid: 0 });
    } catch (error) {
      throw fromFs(error, path);
    }
  }

  /** @throws KSN-APPLY-014 where the digest is not in the store, or what a failed read becomes (`fs-errors.ts`). */
  async get(digest: string): Promise<Uint8Array> {
    const path = this.#path(digest);
    try {
      return await this.#fs.read(path, limit);
    } catch (error) {
      if (isFsError(error, 'NOT_FOUND'))
        throw applyError('KSN-APPLY-014', `The spec ${digest} is not in the store.`, { element: path });
      throw fromFs(error, path);
    }
  }

  /** Something lies under this digest; only a reader verifies it. */
  async has(digest: string): Promise<boolean> {
    const path = this.#path(digest);
    try {
      return (await this.#fs.lstat(path)) !== null;
    } catch (error) {
      throw fromFs(error, path);
    }
  }

  /** Removes all others, but those put since the last sweep. */
  async sweep(keep: Iterable<string>): Promise<void> {
    const names = new Set([...keep].map(nameOf)).union(this.#fresh);
    this.#fresh = new Set();
    try {
      for (const name of await this.#fs.list(this.#folder))
        if (/^[0-9a-f]{64}$/.test(name) && !names.has(name)) await this.#fs.remove(`${this.#folder}/${name}`);
      await this.#fs.flush();
    } catch (error) {
      throw fromFs(error, this.#folder);
    }
  }

  #path(digest: string): string {
    return `${this.#folder}/${nameOf(digest)}`;
  }
}

function nameOf(digest: string): string {
  const hex = /^sha256:([0-9a-f]{64})$/.exec(digest)?.[1];
  if (hex === undefined)
    throw applyError('KSN-APPLY-014', 'That is no digest of a spec.', { element: digest.slice(0, 80) });
  return hex;
}
