/**
 * Open directories, shared for the length of a batch: converging a thousand files in three folders opens three
 * folders. A shared handle is used again only while the kernel says that it still is where its path says
 * (so never after a rename, a removal or a link in its place), and is closed soon after its last use (so a file
 * system mounted over it is seen).
 */
import { baseName, parentPath, partsOf } from './path.ts';
import { walk } from './resolve.ts';
import { errnoOf, type DirectoryHandle, type Primitives, type Stat } from './primitives.ts';

const maxIdle = 64;
const idleMs = 100;

/** An open directory that stays open until released. */
export interface Lease extends Disposable {
  readonly handle: DirectoryHandle;
  readonly path: string;
  /** Device and inode: the same for the same directory, by whatever path. Throws as fstat does. */
  identity(): string;
  /** A second lease on the same handle. */
  share(): Lease;
}

interface Open {
  readonly handle: DirectoryHandle;
  readonly path: string;
  leases: number;
  identity?: string;
  /** Kept for others after the last release; false once it was found stale. */
  kept: boolean;
}

export class Directories implements Disposable {
  readonly #primitives: Primitives;
  readonly #root: DirectoryHandle;
  /** Insertion order is order of last use. */
  readonly #kept = new Map<string, Open>();
  #timer: NodeJS.Timeout | undefined;

  constructor(primitives: Primitives) {
    this.#primitives = primitives;
    this.#root = primitives.openRoot();
  }

  /** Opens the directory at `path`; links in the root are followed, also at the last part. */
  open(path: string): Lease {
    return this.#lease(this.#reuse(path) ?? this.#walk(path));
  }

  /** Opens the directory that holds `path`. For "/" that is the root itself, with the name ".". */
  parentOf(path: string): Lease {
    return this.open(parentPath(path));
  }

  /** Closes what nobody uses. */
  trim(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const open of this.#kept.values()) if (open.leases === 0) this.#drop(open);
  }

  [Symbol.dispose](): void {
    this.trim();
    for (const open of this.#kept.values()) open.kept = false;
    this.#kept.clear();
    this.#close(this.#root);
  }

  #reuse(path: string): Open | undefined {
    const open = this.#kept.get(path);
    if (open === undefined) return undefined;
    if (this.#primitives.locate(open.handle) === path) {
      this.#kept.delete(path);
      this.#kept.set(path, open);
      return open;
    }
    this.#drop(open);
    return undefined;
  }

  /** Step by step from the nearest shared ancestor; the full walk where a link is on the way. */
  #walk(path: string): Open {
    if (path !== '/') {
      const parent = this.#reuse(parentPath(path));
      if (parent !== undefined) {
        try {
          return this.#keep(path, this.#primitives.openDirectory(parent.handle, baseName(path)));
        } catch (error) {
          if (errnoOf(error) !== 'ENOTDIR') throw error;
        }
      }
    }
    const walked = walk(this.#primitives, this.#root, partsOf(path), path);
    if (walked.throughLink) return { handle: walked.handle, path, leases: 0, kept: false };
    return this.#keep(path, walked.handle);
  }

  #keep(path: string, handle: DirectoryHandle): Open {
    const open: Open = { handle, path, leases: 0, kept: true };
    this.#kept.set(path, open);
    if (this.#kept.size > maxIdle) {
      for (const old of this.#kept.values()) {
        if (this.#kept.size <= maxIdle) break;
        if (old.leases === 0 && old !== open) this.#drop(old);
      }
    }
    this.#timer ??= setTimeout(() => this.trim(), idleMs).unref();
    return open;
  }

  #lease(open: Open): Lease {
    open.leases += 1;
    let held = true;
    return {
      handle: open.handle,
      path: open.path,
      identity: () => (open.identity ??= identityOf(this.#primitives.fstat(open.handle))),
      share: () => this.#lease(open),
      [Symbol.dispose]: () => {
        if (!held) return;
        held = false;
        open.leases -= 1;
        if (open.leases > 0) return;
        if (!open.kept) this.#close(open.handle);
        else this.#timer ??= setTimeout(() => this.trim(), idleMs).unref();
      },
    };
  }

  #drop(open: Open): void {
    if (this.#kept.get(open.path) === open) this.#kept.delete(open.path);
    open.kept = false;
    if (open.leases === 0) this.#close(open.handle);
  }

  /** Closing a directory has nothing to lose, and must not hide the error that led here. */
  #close(handle: DirectoryHandle): void {
    try {
      this.#primitives.close(handle);
    } catch {
      // nothing to do
    }
  }
}

function identityOf({ device, inode }: Stat): string {
  return `${device}:${inode}`;
}
