/** The reading half of a rooted file system. */
import { auditAt, entryAt } from './audit.ts';
import { auditBeneath } from './audit-tree.ts';
import { readWhole } from './content.ts';
import { FsError } from './errors.ts';
import type { AuditBounds, AuditEntry, Digester, Entry, ReadFileSystem } from './filesystem.ts';
import { toFsError, translated } from './node-error.ts';
import { parentPath, partsOf } from './path.ts';
import { isAbsence, looking, nameOf, notAFile, type RootContext } from './root-context.ts';
import { watchPaths } from './watch.ts';

/** Content that is read without a limit given: nothing that this library is for is larger. */
const defaultReadLimit = 64 * 1024 * 1024;

export class Reading implements ReadFileSystem {
  readonly #root: RootContext;

  constructor(root: RootContext) {
    this.#root = root;
  }

  async lstat(path: string): Promise<Entry | null> {
    return looking(this.#root, path, 'look at', null, async (parent, name) => {
      await this.#root.auditing.breathe();
      return entryAt(this.#root.auditing, parent.handle, name);
    });
  }

  async read(path: string, limit: number = defaultReadLimit): Promise<Uint8Array> {
    return translated(path, 'read', async () => {
      const name = nameOf(path);
      using parent = this.#root.directories.parentOf(path);
      const stat = this.#root.primitives.lstat(parent.handle, name);
      if (stat === null) throw new FsError('NOT_FOUND', path, `Cannot read ${path}: it does not exist.`);
      if (stat.type !== 'file') throw notAFile(path, stat.type);
      const file = this.#root.primitives.openFile(parent.handle, name, 'read');
      try {
        const { type, size } = this.#root.primitives.fstat(file);
        if (type !== 'file') throw notAFile(path, type);
        return await readWhole(this.#root.primitives, file, size, limit, path);
      } finally {
        this.#root.primitives.close(file);
      }
    });
  }

  async audit(path: string, digester: () => Digester, bounds: AuditBounds = {}): Promise<AuditEntry | null> {
    const { largest = defaultReadLimit, signal } = bounds;
    return looking(this.#root, path, 'audit', null, async (parent, name) => {
      await this.#root.auditing.breathe();
      return auditAt(this.#root.auditing, parent.handle, name, path, { digester, largest, signal });
    });
  }

  async *auditTree(path: string, digester: () => Digester, signal: AbortSignal): AsyncGenerator<AuditEntry> {
    try {
      const name = nameOf(path);
      using parent = this.#root.directories.parentOf(path);
      const directory = this.#root.primitives.openDirectory(parent.handle, name);
      try {
        yield* auditBeneath(this.#root.auditing, directory, path, { digester, largest: defaultReadLimit, signal });
      } finally {
        this.#root.primitives.close(directory);
      }
    } catch (error) {
      if (isAbsence(error) && (await this.lstat(path)) === null) return;
      throw toFsError(error, path, 'audit');
    }
  }

  async list(path: string): Promise<readonly string[]> {
    partsOf(path);
    try {
      using directory = this.#root.directories.open(path);
      return this.#root.primitives.readdir(directory.handle).toSorted();
    } catch (error) {
      if (isAbsence(error) && (await this.lstat(path)) === null) return [];
      throw toFsError(error, path, 'list');
    }
  }

  async space(path: string): Promise<{ readonly free: number; readonly device: number }> {
    partsOf(path);
    return translated(path, 'measure the free space at', async () => {
      for (let at = path; ; at = parentPath(at)) {
        try {
          using directory = this.#root.directories.open(at);
          const { device } = this.#root.primitives.fstat(directory.handle);
          return { free: this.#root.primitives.freeSpace(directory.handle), device };
        } catch (error) {
          if (at === '/' || !isAbsence(error)) throw error;
        }
      }
    });
  }

  watch(paths: readonly string[], signal: AbortSignal): AsyncIterable<string> {
    for (const path of paths) nameOf(path);
    return watchPaths(this.#root.primitives, this.#root.directories, paths, signal);
  }

  physical(path: string): string {
    partsOf(path);
    const root = this.#root.primitives.rootPath;
    return root === '/' ? path : path === '/' ? root : root + path;
  }
}
