/** What the agent keeps for itself: each operation durable when it returns, one at a time for a path. */
import type { Lease } from './directories.ts';
import { FsError } from './errors.ts';
import type { Attributes, LogFile } from './filesystem.ts';
import { openLogFile } from './log-file.ts';
import { translated } from './node-error.ts';
import { baseName, partsOf } from './path.ts';
import { beside, looking, notAFile, type RootContext } from './root-context.ts';
import { removeTemporary, stageDirectory, stageFile, type Place } from './staging.ts';
import { Turns } from './turns.ts';

export class Store {
  readonly #root: RootContext;
  readonly #turns = new Turns();

  constructor(root: RootContext) {
    this.#root = root;
  }

  /** The new content or the old one after a crash, never a part. Replaces a file or a link. */
  async write(path: string, content: Uint8Array, attributes: Attributes): Promise<void> {
    await this.#alone(path, 'write', async (place, parent) => {
      await stageFile(this.#root.primitives, this.#root.ids, place, content, attributes);
      await this.#publishDurably(place, parent);
    });
  }

  /** With every missing folder above it, each made with these attributes. What is there already keeps its own. */
  async ensureDirectory(path: string, attributes: Attributes): Promise<void> {
    const parts = partsOf(path);
    for (let depth = 1; depth <= parts.length; depth += 1) {
      const at = `/${parts.slice(0, depth).join('/')}`;
      if (await this.#isThere(at)) continue;
      await this.#alone(at, 'make the directory', async (place, parent) => {
        if (this.#root.primitives.lstat(place.at, baseName(at)) !== null) return;
        await stageDirectory(this.#root.primitives, this.#root.ids, place, attributes);
        await this.#publishDurably(place, parent);
      });
    }
    await translated(path, 'make the directory', async () => this.#root.directories.open(path)[Symbol.dispose]());
  }

  /**
   * A file of `size` zeros is made, mode 0600, where there is none. @throws FsError NOT_A_FILE where something else is
   * there.
   */
  async openLog(path: string, size: number): Promise<LogFile> {
    let log: LogFile | undefined;
    await this.#alone(path, 'open the log', async (place, parent) => {
      const name = baseName(path);
      const stat = this.#root.primitives.lstat(place.at, name);
      if (stat === null) {
        await stageFile(this.#root.primitives, this.#root.ids, place, { zeros: size }, { mode: 0o600, uid: 0, gid: 0 });
        await this.#publishDurably(place, parent);
      } else if (stat.type !== 'file') {
        throw notAFile(path, stat.type);
      }
      log = openLogFile(this.#root.primitives, place.at, name, path);
    });
    if (log === undefined) throw new FsError('IO', path, `The log ${path} was not opened.`);
    return log;
  }

  async #isThere(path: string): Promise<boolean> {
    return looking(
      this.#root,
      path,
      'look at',
      false,
      async (parent, name) => this.#root.primitives.lstat(parent.handle, name) !== null,
    );
  }

  /** One at a time for a path, since they share the temporary's name, which the next run after a crash replaces. */
  async #alone(path: string, doing: string, work: (place: Place, parent: Lease) => Promise<void>): Promise<void> {
    await this.#turns.take(path, () => beside(this.#root, path, `.${baseName(path)}.new`, doing, work));
  }

  async #publishDurably({ at, name, path }: Place, parent: Lease): Promise<void> {
    try {
      this.#root.owed.owe(parent);
      this.#root.primitives.rename(at, name, at, baseName(path));
    } catch (error) {
      removeTemporary(this.#root.primitives, at, name);
      throw error;
    }
    await this.#root.owed.payFor(parent);
  }
}
