/**
 * The folder of guards. Of one guard: `<id>.json` while it is armed, `<id>.firing` while its script acts, `<id>.fired`
 * after that; beside it `<id>.sh`, and `<id>.before` where it keeps bytes of its own.
 */
import { FsError } from '../../hostfs/errors.ts';
import type { FileSystem } from '../../hostfs/filesystem.ts';
import { joinPath } from '../../hostfs/path.ts';
import { bug } from '../base/errors.ts';
import type { ChangeId } from '../resources/kind.ts';
import { hostError } from './errors.ts';

export type GuardPart = 'json' | 'firing' | 'fired' | 'sh' | 'before';

/** What `<id>.json` says. */
export interface ArmedGuard {
  readonly address: string;
  /** Absolute in the root; null when a command undoes. */
  readonly path: string | null;
  /** Wall time. */
  readonly deadline: number;
  readonly seconds: number;
  readonly bootId: string;
}

const OWN = { mode: 0o600, uid: 0, gid: 0 } as const;

/** Failures are KSN-HOST-006. */
export class GuardFolder {
  readonly path: string;
  readonly #fs: FileSystem;

  constructor(fs: FileSystem, stateDir: string) {
    this.#fs = fs;
    this.path = joinPath(stateDir, 'guards');
  }

  /** The path of one file of a guard, in the root. */
  at(id: ChangeId, part: GuardPart): string {
    if (!/^[0-9a-z-]+$/.test(id)) throw bug(`the change id ${id} cannot be a file name`);
    return joinPath(this.path, `${id}.${part}`);
  }

  /** Mode 0700; there already is fine. */
  async make(): Promise<void> {
    await this.#told(this.path, () => this.#fs.ensureDirectory(this.path, { ...OWN, mode: 0o700 }));
  }

  /** Every guard that any file is there of; other names are passed over. */
  async all(): Promise<ReadonlyMap<ChangeId, ReadonlySet<GuardPart>>> {
    const found = new Map<ChangeId, Set<GuardPart>>();
    for (const name of await this.#told(this.path, () => this.#fs.list(this.path))) {
      const [, id, part] = /^([0-9a-z-]+)\.(json|firing|fired|sh|before)$/.exec(name) ?? [];
      if (id === undefined) continue;
      const parts = found.get(id) ?? new Set();
      found.set(id, parts.add(part as GuardPart));
    }
    return found;
  }

  async has(id: ChangeId, part: GuardPart): Promise<boolean> {
    const path = this.at(id, part);
    return this.#told(path, async () => (await this.#fs.lstat(path)) !== null);
  }

  /** In this order: what is being renamed from the first to the second is seen in one of them. */
  async hasFired(id: ChangeId): Promise<boolean> {
    return (await this.has(id, 'firing')) || (await this.has(id, 'fired'));
  }

  /** Durable when it resolves; mode 0600. */
  async write(id: ChangeId, part: GuardPart, bytes: Uint8Array): Promise<void> {
    const path = this.at(id, part);
    await this.#told(path, () => this.#fs.writeDurably(path, bytes, OWN));
  }

  /** Durable when it resolves; in the order given. */
  async remove(id: ChangeId, ...parts: readonly GuardPart[]): Promise<void> {
    await this.#told(this.path, async () => {
      for (const part of parts) await this.#fs.remove(this.at(id, part));
      await this.#fs.flush();
    });
  }

  /** 'absent', or 'damaged': there, but not to be understood. */
  async read(id: ChangeId, part: 'json' | 'firing' | 'fired'): Promise<ArmedGuard | 'absent' | 'damaged'> {
    const path = this.at(id, part);
    try {
      const value: unknown = JSON.parse(Buffer.from(await this.#fs.read(path, 65_536)).toString('utf8'));
      return isArmed(value) ? value : 'damaged';
    } catch (error) {
      if (error instanceof FsError && error.code === 'NOT_FOUND') return 'absent';
      if (error instanceof SyntaxError) return 'damaged';
      throw guardFailure(error, path);
    }
  }

  async #told<T>(path: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw guardFailure(error, path);
    }
  }
}

/** What the file system says, as one of ours. */
export function guardFailure(error: unknown, element: string): unknown {
  if (!(error instanceof FsError)) return error;
  return hostError('KSN-HOST-006', `a guard's files: ${error.message}`, { element, cause: error });
}

function isArmed(value: unknown): value is ArmedGuard {
  if (typeof value !== 'object' || value === null) return false;
  const { deadline, seconds, bootId, path } = value as Partial<Record<keyof ArmedGuard, unknown>>;
  return (
    typeof deadline === 'number' &&
    typeof seconds === 'number' &&
    typeof bootId === 'string' &&
    (path === null || typeof path === 'string')
  );
}
