/** Watches on the twin's directories; told in a later turn, as inotify would. */
import type { Inode } from './memory-inodes.ts';
import type { DirectoryWatch, DirectoryWatcher } from './primitives.ts';

export class MemoryWatches {
  readonly #watchers = new Map<Inode, Set<DirectoryWatcher>>();

  /** Watches in being, for leak tests. */
  get count(): number {
    let count = 0;
    for (const set of this.#watchers.values()) count += set.size;
    return count;
  }

  /** The watcher is told until its watch is closed. */
  add(directory: Inode, watcher: DirectoryWatcher): DirectoryWatch {
    const set = this.#watchers.get(directory) ?? new Set();
    this.#watchers.set(directory, set);
    set.add(watcher);
    return {
      close: () => {
        set.delete(watcher);
        if (set.size === 0 && this.#watchers.get(directory) === set) this.#watchers.delete(directory);
      },
    };
  }

  /** A name in the directory came, went or was replaced. */
  entry(directory: Inode, name: string): void {
    this.#tell(directory, name);
  }

  /** The directory itself was moved or removed. */
  self(directory: Inode): void {
    this.#tell(directory, null);
  }

  /** Content or attributes changed: told to the directories that name the inode. */
  content(inode: Inode): void {
    for (const directory of this.#watchers.keys()) {
      for (const [name, entry] of directory.entries) if (entry === inode) this.#tell(directory, name);
    }
  }

  #tell(directory: Inode, name: string | null): void {
    for (const watcher of this.#watchers.get(directory) ?? []) {
      setImmediate(() => {
        if (this.#watchers.get(directory)?.has(watcher) === true) watcher.changed(name);
      });
    }
  }
}
