/**
 * The rooted file system: `FileSystem` above any primitives. Every guarantee of hostfs is made here and below, so
 * the real host, a sandbox and the in-memory twin run the same code.
 */
import { breather } from './breather.ts';
import { changeAttributes } from './change-attributes.ts';
import { Directories, type Lease } from './directories.ts';
import type { Attributes, FileSystem, LogFile } from './filesystem.ts';
import type { IdMapping } from './ids.ts';
import { translated } from './node-error.ts';
import { OwedSyncs } from './owed-syncs.ts';
import { baseName, checkTemporaryName } from './path.ts';
import { errnoOf, type Primitives } from './primitives.ts';
import { Reading } from './reading.ts';
import { beside, isAbsence, looking, nameOf, refuseRoot, type RootContext } from './root-context.ts';
import { removeTemporary, stageDirectory, stageFile, stageLink } from './staging.ts';
import { Store } from './store.ts';

/** How owners of the disk and those of callers are told apart; see `ids.ts`. */
export interface RootOptions {
  readonly ids: IdMapping;
}

/** Opens the root. Disposal closes every descriptor; directory syncs still owed are not paid. */
export async function openRoot(primitives: Primitives, { ids }: RootOptions): Promise<FileSystem & AsyncDisposable> {
  return translated('/', 'open the root', async () => {
    const directories = new Directories(primitives);
    const auditing = { primitives, ids, breathe: breather() };
    return new RootedFileSystem({ primitives, ids, directories, owed: new OwedSyncs(primitives), auditing });
  });
}

class RootedFileSystem extends Reading implements FileSystem, AsyncDisposable {
  readonly #root: RootContext;
  readonly #store: Store;

  constructor(root: RootContext) {
    super(root);
    this.#root = root;
    this.#store = new Store(root);
  }

  async stage(path: string, name: string, content: Uint8Array, attributes: Attributes): Promise<void> {
    await beside(this.#root, path, name, 'stage', (place) =>
      stageFile(this.#root.primitives, this.#root.ids, place, content, attributes),
    );
  }

  async stageLink(
    path: string,
    name: string,
    target: string,
    owner: { readonly uid: number; readonly gid: number; readonly label?: string },
  ): Promise<void> {
    await beside(this.#root, path, name, 'stage a link for', (place) =>
      stageLink(this.#root.primitives, this.#root.ids, place, target, owner),
    );
  }

  async publish(path: string, name: string): Promise<void> {
    await this.#root.owed.makeRoom();
    await beside(this.#root, path, name, 'publish', async ({ at }, parent) => {
      this.#root.owed.owe(parent);
      this.#root.primitives.rename(at, name, at, baseName(path));
    });
  }

  async makeDirectory(path: string, attributes: Attributes, name: string): Promise<void> {
    await this.#root.owed.makeRoom();
    await beside(this.#root, path, name, 'make the directory', async (place, parent) => {
      await stageDirectory(this.#root.primitives, this.#root.ids, place, attributes);
      try {
        this.#root.owed.owe(parent);
        // Not rename, which replaces an empty directory in silence.
        this.#root.primitives.renameNew(place.at, name, place.at, baseName(path));
      } catch (error) {
        removeTemporary(this.#root.primitives, place.at, name);
        throw error;
      }
    });
  }

  async setAttributes(path: string, attributes: Attributes): Promise<void> {
    await this.#root.owed.makeRoom();
    await translated(path, 'set the attributes of', async () => {
      const name = nameOf(path);
      using parent = this.#root.directories.parentOf(path);
      await changeAttributes(this.#root, parent, name, path, attributes);
    });
  }

  async remove(path: string): Promise<void> {
    await this.#removing(path, 'remove', (at, name) => this.#root.primitives.unlink(at, name));
  }

  async removeDirectory(path: string): Promise<void> {
    await this.#removing(path, 'remove the directory', (at, name) => this.#root.primitives.rmdir(at, name));
  }

  async unstage(path: string, name: string): Promise<void> {
    checkTemporaryName(path, name);
    await looking(this.#root, path, 'remove a temporary of', undefined, async (parent) =>
      removeTemporary(this.#root.primitives, parent.handle, name),
    );
  }

  async flush(): Promise<void> {
    await this.#root.owed.pay();
    this.#root.directories.trim();
  }

  async writeDurably(path: string, content: Uint8Array, attributes: Attributes): Promise<void> {
    await this.#store.write(path, content, attributes);
  }

  async ensureDirectory(path: string, attributes: Attributes): Promise<void> {
    await this.#store.ensureDirectory(path, attributes);
  }

  async openLog(path: string, size: number): Promise<LogFile> {
    return this.#store.openLog(path, size);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#root.owed[Symbol.dispose]();
    this.#root.directories[Symbol.dispose]();
  }

  async #removing(path: string, doing: string, remove: (at: Lease['handle'], name: string) => void): Promise<void> {
    refuseRoot(path, doing);
    await this.#root.owed.makeRoom();
    await translated(path, doing, async () => {
      let parent: Lease;
      try {
        parent = this.#root.directories.parentOf(path);
      } catch (error) {
        if (isAbsence(error)) return;
        throw error;
      }
      using lease = parent;
      // Also where it is absent: an earlier removal may not be durable yet.
      this.#root.owed.owe(lease);
      try {
        remove(lease.handle, baseName(path));
      } catch (error) {
        if (errnoOf(error) !== 'ENOENT') throw error;
      }
    });
  }
}
