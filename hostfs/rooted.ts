/**
 * The rooted file system: `FileSystem` above any primitives. Every guarantee of hostfs is made here and below, so
 * the real host, a sandbox and the in-memory twin run the same code.
 */
import { applyMode, applyOwner, relabel } from './attributes.ts';
import { auditAt, entryAt, type Auditing } from './audit.ts';
import { auditBeneath } from './audit-tree.ts';
import { breather } from './breather.ts';
import { readWhole } from './content.ts';
import { Directories, type Lease } from './directories.ts';
import { FsError } from './errors.ts';
import type { Attributes, AuditEntry, Digester, Entry, FileSystem, LogFile } from './filesystem.ts';
import { diskOwner, type IdMapping } from './ids.ts';
import { openLogFile } from './log-file.ts';
import { toFsError, translated } from './node-error.ts';
import { OwedSyncs } from './owed-syncs.ts';
import { baseName, checkTemporaryName, parentPath, partsOf } from './path.ts';
import { errnoOf, type Primitives } from './primitives.ts';
import { removeTemporary, stageDirectory, stageFile, stageLink, type Place } from './staging.ts';
import { Turns } from './turns.ts';
import { watchPaths } from './watch.ts';

export interface RootOptions {
  readonly ids: IdMapping;
}

/** Content that is read without a limit given: nothing that this library is for is larger. */
const defaultReadLimit = 64 * 1024 * 1024;

/** Opens the root. Disposal closes every descriptor; directory syncs still owed are not paid. */
export async function openRoot(primitives: Primitives, options: RootOptions): Promise<FileSystem & AsyncDisposable> {
  return translated('/', 'open the root', async () => new RootedFileSystem(primitives, options));
}

class RootedFileSystem implements FileSystem, AsyncDisposable {
  readonly #primitives: Primitives;
  readonly #ids: IdMapping;
  readonly #directories: Directories;
  readonly #owed: OwedSyncs;
  readonly #auditing: Auditing;
  readonly #turns = new Turns();

  constructor(primitives: Primitives, options: RootOptions) {
    this.#primitives = primitives;
    this.#ids = options.ids;
    this.#directories = new Directories(primitives);
    this.#owed = new OwedSyncs(primitives);
    this.#auditing = { primitives, ids: options.ids, breathe: breather() };
  }

  async lstat(path: string): Promise<Entry | null> {
    return this.#looking(path, 'look at', null, async (parent, name) => {
      await this.#auditing.breathe();
      return entryAt(this.#auditing, parent.handle, name);
    });
  }

  async read(path: string, limit: number = defaultReadLimit): Promise<Uint8Array> {
    return translated(path, 'read', async () => {
      const name = nameOf(path);
      using parent = this.#directories.parentOf(path);
      const stat = this.#primitives.lstat(parent.handle, name);
      if (stat === null) throw new FsError('NOT_FOUND', path, `Cannot read ${path}: it does not exist.`);
      if (stat.type !== 'file') throw notAFile(path, stat.type);
      const file = this.#primitives.openFile(parent.handle, name, 'read');
      try {
        const { type, size } = this.#primitives.fstat(file);
        if (type !== 'file') throw notAFile(path, type);
        return await readWhole(this.#primitives, file, size, limit, path);
      } finally {
        this.#primitives.close(file);
      }
    });
  }

  async audit(path: string, digester: () => Digester): Promise<AuditEntry | null> {
    return this.#looking(path, 'audit', null, async (parent, name) => {
      await this.#auditing.breathe();
      return auditAt(this.#auditing, parent.handle, name, path, digester);
    });
  }

  async *auditTree(path: string, digester: () => Digester, signal: AbortSignal): AsyncGenerator<AuditEntry> {
    try {
      const name = nameOf(path);
      using parent = this.#directories.parentOf(path);
      const directory = this.#primitives.openDirectory(parent.handle, name);
      try {
        yield* auditBeneath(this.#auditing, directory, path, digester, signal);
      } finally {
        this.#primitives.close(directory);
      }
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return;
      throw toFsError(error, path, 'audit');
    }
  }

  async list(path: string): Promise<readonly string[]> {
    partsOf(path);
    try {
      using directory = this.#directories.open(path);
      return this.#primitives.readdir(directory.handle).toSorted();
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return [];
      throw toFsError(error, path, 'list');
    }
  }

  async space(path: string): Promise<{ readonly free: number; readonly device: number }> {
    partsOf(path);
    return translated(path, 'measure the free space at', async () => {
      for (let at = path; ; at = parentPath(at)) {
        try {
          using directory = this.#directories.open(at);
          const { device } = this.#primitives.fstat(directory.handle);
          return { free: this.#primitives.freeSpace(directory.handle), device };
        } catch (error) {
          const errno = errnoOf(error);
          if (at === '/' || (errno !== 'ENOENT' && errno !== 'ENOTDIR')) throw error;
        }
      }
    });
  }

  watch(paths: readonly string[], signal: AbortSignal): AsyncIterable<string> {
    for (const path of paths) nameOf(path);
    return watchPaths(this.#primitives, this.#directories, paths, signal);
  }

  physical(path: string): string {
    partsOf(path);
    const root = this.#primitives.rootPath;
    return root === '/' ? path : path === '/' ? root : root + path;
  }

  async stage(path: string, name: string, content: Uint8Array, attributes: Attributes): Promise<void> {
    await this.#beside(path, name, 'stage', (place) =>
      stageFile(this.#primitives, this.#ids, place, content, attributes),
    );
  }

  async stageLink(
    path: string,
    name: string,
    target: string,
    owner: { readonly uid: number; readonly gid: number; readonly label?: string },
  ): Promise<void> {
    await this.#beside(path, name, 'stage a link for', (place) =>
      stageLink(this.#primitives, this.#ids, place, target, owner),
    );
  }

  async publish(path: string, name: string): Promise<void> {
    await this.#owed.makeRoom();
    await this.#beside(path, name, 'publish', async ({ at }, parent) => {
      this.#owed.owe(parent);
      this.#primitives.rename(at, name, at, baseName(path));
    });
  }

  async makeDirectory(path: string, attributes: Attributes, name: string): Promise<void> {
    await this.#owed.makeRoom();
    await this.#beside(path, name, 'make the directory', async (place, parent) => {
      // rename(2) replaces an empty directory in silence, so it must not be there.
      if (this.#primitives.lstat(place.at, baseName(path)) !== null)
        throw new FsError('CHANGED', path, `Cannot make the directory ${path}: something is there already.`);
      await stageDirectory(this.#primitives, this.#ids, place, attributes);
      try {
        this.#owed.owe(parent);
        this.#primitives.renameNew(place.at, name, place.at, baseName(path));
      } catch (error) {
        removeTemporary(this.#primitives, place.at, name);
        throw error;
      }
    });
  }

  async setAttributes(path: string, attributes: Attributes): Promise<void> {
    await this.#owed.makeRoom();
    await translated(path, 'set the attributes of', async () => {
      const name = nameOf(path);
      const owner = diskOwner(this.#ids, attributes, path);
      using parent = this.#directories.parentOf(path);
      const pin = this.#primitives.pin(parent.handle, name);
      try {
        const stat = this.#primitives.fstat(pin);
        if (stat.type === 'other') throw notAFile(path, stat.type);
        if (stat.type === 'link') {
          // No fsync reaches a link; its inode is durable with its directory.
          this.#owed.owe(parent);
          if (stat.uid !== owner.uid || stat.gid !== owner.gid)
            this.#primitives.setLinkOwner(parent.handle, name, owner.uid, owner.gid);
        } else {
          applyOwner(this.#primitives, pin, stat, owner);
        }
        if (attributes.label !== undefined) relabel(this.#primitives, parent.handle, name, attributes.label, path);
        if (this.#primitives.lstat(parent.handle, name)?.inode !== stat.inode)
          throw new FsError('CHANGED', path, `${path} was replaced while its attributes were set.`);
        if (stat.type === 'link') return;
        applyMode(this.#primitives, pin, attributes.mode, path);
        const file = this.#primitives.reopen(pin);
        try {
          await this.#primitives.sync(file);
        } finally {
          this.#primitives.close(file);
        }
      } finally {
        this.#primitives.close(pin);
      }
    });
  }

  async remove(path: string): Promise<void> {
    await this.#removing(path, 'remove', (at, name) => this.#primitives.unlink(at, name));
  }

  async removeDirectory(path: string): Promise<void> {
    await this.#removing(path, 'remove the directory', (at, name) => this.#primitives.rmdir(at, name));
  }

  async unstage(path: string, name: string): Promise<void> {
    checkTemporaryName(path, name);
    await this.#looking(path, 'remove a temporary of', undefined, async (parent) =>
      removeTemporary(this.#primitives, parent.handle, name),
    );
  }

  async flush(): Promise<void> {
    await this.#owed.pay();
    this.#directories.trim();
  }

  async writeDurably(path: string, content: Uint8Array, attributes: Attributes): Promise<void> {
    await this.#alone(path, 'write', async (place, parent) => {
      await stageFile(this.#primitives, this.#ids, place, content, attributes);
      await this.#publishDurably(place, parent);
    });
  }

  async ensureDirectory(path: string, attributes: Attributes): Promise<void> {
    const parts = partsOf(path);
    for (let depth = 1; depth <= parts.length; depth += 1) {
      const at = `/${parts.slice(0, depth).join('/')}`;
      if ((await this.lstat(at)) !== null) continue;
      await this.#alone(at, 'make the directory', async (place, parent) => {
        if (this.#primitives.lstat(place.at, baseName(at)) !== null) return;
        await stageDirectory(this.#primitives, this.#ids, place, attributes);
        await this.#publishDurably(place, parent);
      });
    }
    await translated(path, 'make the directory', async () => this.#directories.open(path)[Symbol.dispose]());
  }

  async openLog(path: string, size: number): Promise<LogFile> {
    let log: LogFile | undefined;
    await this.#alone(path, 'open the log', async (place, parent) => {
      const name = baseName(path);
      const stat = this.#primitives.lstat(place.at, name);
      if (stat === null) {
        await stageFile(this.#primitives, this.#ids, place, { zeros: size }, { mode: 0o600, uid: 0, gid: 0 });
        await this.#publishDurably(place, parent);
      } else if (stat.type !== 'file') {
        throw notAFile(path, stat.type);
      }
      log = openLogFile(this.#primitives, place.at, name, path);
    });
    if (log === undefined) throw new FsError('IO', path, `The log ${path} was not opened.`);
    return log;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#owed[Symbol.dispose]();
    this.#directories[Symbol.dispose]();
  }

  /** An operation on what is at `path`; `absent` where its parent is not there. */
  async #looking<T>(
    path: string,
    doing: string,
    absent: T,
    look: (parent: Lease, name: string) => Promise<T>,
  ): Promise<T> {
    const name = nameOf(path);
    try {
      using parent = this.#directories.parentOf(path);
      return await look(parent, name);
    } catch (error) {
      if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return absent;
      throw toFsError(error, path, doing);
    }
  }

  /** One at a time for a path, since they share the temporary's name, which the next run after a crash replaces. */
  async #alone(path: string, doing: string, work: (place: Place, parent: Lease) => Promise<void>): Promise<void> {
    await this.#turns.take(path, () => this.#beside(path, `.${baseName(path)}.new`, doing, work));
  }

  async #publishDurably({ at, name, path }: Place, parent: Lease): Promise<void> {
    try {
      this.#owed.owe(parent);
      this.#primitives.rename(at, name, at, baseName(path));
    } catch (error) {
      removeTemporary(this.#primitives, at, name);
      throw error;
    }
    await this.#owed.payFor(parent);
  }

  /** An operation on the temporary `name` in the directory of `path`. */
  async #beside(
    path: string,
    name: string,
    doing: string,
    work: (place: Place, parent: Lease) => Promise<void>,
  ): Promise<void> {
    refuseRoot(path, doing);
    checkTemporaryName(path, name);
    await translated(path, doing, async () => {
      using parent = this.#directories.parentOf(path);
      await work({ at: parent.handle, name, path }, parent);
    });
  }

  async #removing(path: string, doing: string, remove: (at: Lease['handle'], name: string) => void): Promise<void> {
    refuseRoot(path, doing);
    await this.#owed.makeRoom();
    await translated(path, doing, async () => {
      let parent: Lease;
      try {
        parent = this.#directories.parentOf(path);
      } catch (error) {
        if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return;
        throw error;
      }
      using lease = parent;
      // Also where it is absent: an earlier removal may not be durable yet.
      this.#owed.owe(lease);
      try {
        remove(lease.handle, baseName(path));
      } catch (error) {
        if (errnoOf(error) !== 'ENOENT') throw error;
      }
    });
  }
}

/** The last part, "." for the root itself. */
function nameOf(path: string): string {
  return partsOf(path).at(-1) ?? '.';
}

function refuseRoot(path: string, doing: string): void {
  if (partsOf(path).length === 0) throw new FsError('INVALID_PATH', path, `Cannot ${doing} the root itself.`);
}

function notAFile(path: string, type: string): FsError {
  return new FsError(
    'NOT_A_FILE',
    path,
    `${path} is ${type === 'other' ? 'neither file, directory nor link' : `a ${type}`}, not a regular file.`,
  );
}
