/**
 * The node key: 32 random bytes that key every fingerprint, so that a fingerprint of a weak secret tells nobody
 * which. It is made before the first journal and never changes.
 *
 * A journal without its key (or with another one) has fingerprints that nothing can be compared with: everything
 * would look edited by somebody, and be left, or taken over anew. So `lost` is told, a key of this process's own
 * stands in, for looking around, and the journal (whose header has `mark`) refuses to be written.
 */
import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import type { Entropy } from '../base/entropy.ts';
import type { KeelsonError } from '../base/errors.ts';
import type { Digester, FileSystem } from '../../hostfs/filesystem.ts';
import type { Fingerprint } from '../resources/kind.ts';
import { applyError } from './errors.ts';
import { fromFs, isFsError } from './fs-errors.ts';
import { journalLost } from './lost-journal.ts';

const length = 32;

/** Made by `openNodeKey`; the bytes of the key never leave it. */
export class NodeKey {
  readonly #key: KeyObject;
  /** Why the key that made the journal's fingerprints is not this one. */
  readonly lost: KeelsonError | null;

  constructor(bytes: Uint8Array, lost: KeelsonError | null = null) {
    if (bytes.length !== length) throw new RangeError('a node key has 32 bytes');
    this.#key = createSecretKey(bytes);
    this.lost = lost;
  }

  /** Fingerprint of a constant: says whether two keys are the same, and nothing else. */
  get mark(): Fingerprint {
    return this.fingerprint(Buffer.from('keelson node key'));
  }

  /** `hmac:` and HMAC-SHA-256 under the node key, as base64url: the same bytes always give the same. */
  fingerprint(bytes: Uint8Array): Fingerprint {
    return `hmac:${createHmac('sha256', this.#key).update(bytes).digest('base64url')}`;
  }

  /** The same fingerprint for content that comes in parts. */
  digester(): Digester {
    const hmac = createHmac('sha256', this.#key);
    return {
      update: (bytes) => void hmac.update(bytes),
      finish: () => `hmac:${hmac.digest('base64url')}`,
    };
  }
}

/** Loads the key in `dir` (which exists), or makes the first one, durably. */
export async function openNodeKey(fs: FileSystem, dir: string, entropy: Entropy): Promise<NodeKey> {
  const path = `${dir}/node-key`;
  try {
    const bytes = await present(fs, path);
    if (bytes?.length === length) return new NodeKey(bytes);
    if (bytes !== null || (await fs.lstat(`${dir}/journal`)) !== null || (await journalLost(fs, dir)) !== null) {
      const what = bytes === null ? 'is missing' : `has ${bytes.length} bytes instead of ${length}`;
      return new NodeKey(
        entropy.bytes(length),
        applyError('KSN-APPLY-022', `The node key ${path} ${what}.`, { element: path }),
      );
    }
    const made = entropy.bytes(length);
    await fs.writeDurably(path, made, { mode: 0o600, uid: 0, gid: 0 });
    return new NodeKey(made);
  } catch (error) {
    throw fromFs(error, path);
  }
}

async function present(fs: FileSystem, path: string): Promise<Uint8Array | null> {
  try {
    return await fs.read(path, 4096);
  } catch (error) {
    if (isFsError(error, 'NOT_FOUND')) return null;
    throw error;
  }
}
