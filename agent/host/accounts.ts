/** Users and groups of the root that the agent works on: never of the host it happens to run on, never by NSS. */
import { FsError } from '../../hostfs/errors.ts';
import type { ReadFileSystem } from '../../hostfs/filesystem.ts';
import type { AccountNames, Accounts } from '../resources/kind.ts';
import { hostError } from './errors.ts';

/** In order of precedence: what ships with an image (nss-altfiles, as on Fedora CoreOS) comes after what is local. */
const USERS = ['/etc/passwd', '/usr/lib/passwd'] as const;
const GROUPS = ['/etc/group', '/usr/lib/group'] as const;
const LARGEST_BYTES = 4 * 1024 * 1024;

interface Table {
  /** What the file looked like when it was read. */
  readonly stamp: string;
  readonly ids: ReadonlyMap<string, number>;
}

/** Answers from memory; {@link refresh} before each reconcile, which costs four lstat where nothing changed. */
export class RootAccounts implements Accounts, AccountNames {
  readonly #fs: Pick<ReadFileSystem, 'lstat' | 'read'>;
  readonly #tables = new Map<string, Table>();

  constructor(fs: Pick<ReadFileSystem, 'lstat' | 'read'>) {
    this.#fs = fs;
  }

  /** Null where the root has no such user. */
  uid(name: string): number | null {
    return this.#lookUp(USERS, name);
  }

  /** Null where the root has no such group. */
  gid(name: string): number | null {
    return this.#lookUp(GROUPS, name);
  }

  user(uid: number): string | null {
    return this.#nameOf(USERS, uid);
  }

  group(gid: number): string | null {
    return this.#nameOf(GROUPS, gid);
  }

  /** @throws KSN-HOST-001; what was known before stays. */
  async refresh(): Promise<void> {
    for (const path of [...USERS, ...GROUPS]) {
      try {
        await this.#refresh(path);
      } catch (error) {
        const why = error instanceof FsError ? error.message : 'unexpected failure';
        throw hostError('KSN-HOST-001', `${path}: ${why}`, { element: path, cause: error });
      }
    }
  }

  async #refresh(path: string): Promise<void> {
    const entry = await this.#fs.lstat(path);
    if (entry === null) {
      this.#tables.delete(path);
      return;
    }
    const stamp = `${entry.device}:${entry.inode}:${entry.modifiedMs}:${entry.size}`;
    if (this.#tables.get(path)?.stamp === stamp) return;
    const text = Buffer.from(await this.#fs.read(path, LARGEST_BYTES)).toString('utf8');
    this.#tables.set(path, { stamp, ids: parseAccounts(text) });
  }

  /** The first that means this id: a name that an earlier file gives to another id does not. */
  #nameOf(paths: readonly string[], id: number): string | null {
    const names = paths.flatMap((path) => [...(this.#tables.get(path)?.ids ?? [])]);
    return names.find(([name, own]) => own === id && this.#lookUp(paths, name) === id)?.[0] ?? null;
  }

  #lookUp(paths: readonly string[], name: string): number | null {
    for (const path of paths) {
      const id = this.#tables.get(path)?.ids.get(name);
      if (id !== undefined) return id;
    }
    return null;
  }
}

/** passwd(5) and group(5) both begin with `name:password:id`. The first of a name wins, as for getpwnam(3). */
export function parseAccounts(text: string): ReadonlyMap<string, number> {
  const ids = new Map<string, number>();
  for (const line of text.split('\n')) {
    const [name = '', , id = ''] = line.split(':');
    // `+` and `-` begin the entries of NIS; 2^32 - 1 means "no id" to chown(2).
    if (name === '' || /^[+\-#]/.test(name) || !/^\d{1,10}$/.test(id) || Number(id) >= 2 ** 32 - 1 || ids.has(name))
      continue;
    ids.set(name, Number(id));
  }
  return ids;
}
