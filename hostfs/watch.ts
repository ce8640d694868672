/**
 * Watching paths by watching the directories on the way to them, from the root down: so a parent that is replaced,
 * removed or appears later is noticed by the directory above it. Watches are put on open directories, not on paths.
 */
import type { Directories } from './directories.ts';
import { FsError } from './errors.ts';
import { joinPath, partsOf } from './path.ts';
import { errnoOf, type DirectoryWatch, type Primitives } from './primitives.ts';
import { Wakeups } from './wakeups.ts';

/** How soon a directory is tried again that is there but cannot be watched (limits, dangling links). */
const retryMs = 5_000;
/**
 * libuv passes over the kernel's overflow mark, so a burst near the queue's length (fs.inotify.max_queued_events,
 * 16,384 by default) counts as one.
 */
const burst = 8_192;

/** A directory on the way to watched paths. */
interface Node {
  readonly path: string;
  /** Names in it that are watched paths themselves. */
  readonly leaves: Set<string>;
  readonly children: Map<string, Node>;
  watch: DirectoryWatch | null;
}

/**
 * Starts at once, before the first `next()`. Yields a watched path whose name changed in its directory, or a
 * directory's path when that came, went, was replaced or may have lost events: then all beneath it is to be looked at
 * again. Each path is yielded once however often it changed meanwhile. Ends when the signal aborts.
 */
export function watchPaths(
  primitives: Primitives,
  directories: Directories,
  paths: readonly string[],
  signal: AbortSignal,
): AsyncIterable<string> {
  return new PathsWatch(primitives, directories, paths, signal).changes;
}

class PathsWatch {
  readonly changes: Wakeups;
  readonly #primitives: Primitives;
  readonly #directories: Directories;
  readonly #signal: AbortSignal;
  readonly #root: Node = newNode('/');
  /** Nodes to establish anew in the next turn: a replacement is two events or more. */
  readonly #stale = new Set<Node>();
  #turn: NodeJS.Immediate | undefined;
  #retry: NodeJS.Timeout | undefined;
  #eventsInTurn = 0;
  #closed = false;
  readonly #onAbort = () => this.close();

  constructor(primitives: Primitives, directories: Directories, paths: readonly string[], signal: AbortSignal) {
    this.#primitives = primitives;
    this.#directories = directories;
    this.#signal = signal;
    this.changes = new Wakeups(() => this.close());
    for (const path of paths) this.#add(path);
    if (signal.aborted) {
      this.close();
      return;
    }
    signal.addEventListener('abort', this.#onAbort, { once: true });
    this.#establish(this.#root);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#signal.removeEventListener('abort', this.#onAbort);
    clearImmediate(this.#turn);
    clearTimeout(this.#retry);
    this.#abandon(this.#root);
    this.changes.end();
  }

  #add(path: string): void {
    const parts = partsOf(path);
    const name = parts.pop();
    let node = this.#root;
    for (const part of parts) {
      let child = node.children.get(part);
      if (child === undefined) {
        child = newNode(joinPath(node.path, part));
        node.children.set(part, child);
      }
      node = child;
    }
    if (name !== undefined) node.leaves.add(name);
  }

  /** Watches the directory, then those beneath it: in this order nothing can appear between unseen. */
  #establish(node: Node): void {
    try {
      using directory = this.#directories.open(node.path);
      node.watch = this.#primitives.watch(directory.handle, {
        changed: (name) => this.#changed(node, name),
        failed: () => this.#refresh(node),
      });
    } catch (error) {
      if (!isAbsent(error)) this.changes.add(node.path);
      if (!isAbsent(error) || this.#isThere(node.path)) this.#retry ??= setTimeout(() => this.#retryAll(), retryMs);
      return;
    }
    for (const child of node.children.values()) this.#establish(child);
  }

  #abandon(node: Node): void {
    node.watch?.close();
    node.watch = null;
    for (const child of node.children.values()) this.#abandon(child);
  }

  #changed(node: Node, name: string | null): void {
    this.#eventsInTurn += 1;
    if (name === null) {
      this.#refresh(node);
      return;
    }
    if (node.leaves.has(name)) this.changes.add(joinPath(node.path, name));
    const child = node.children.get(name);
    if (child !== undefined) this.#refresh(child);
    else this.#turn ??= setImmediate(() => this.#endTurn());
  }

  #refresh(node: Node): void {
    this.#stale.add(node);
    this.#turn ??= setImmediate(() => this.#endTurn());
  }

  #endTurn(): void {
    this.#turn = undefined;
    const lostSome = this.#eventsInTurn >= burst;
    this.#eventsInTurn = 0;
    for (const node of this.#stale) {
      this.#abandon(node);
      this.#establish(node);
      this.#report(node);
    }
    this.#stale.clear();
    if (lostSome) this.#report(this.#root);
  }

  /** Everything watched beneath the node is to be looked at again. */
  #report(node: Node): void {
    if (node.leaves.size > 0) this.changes.add(node.path);
    for (const child of node.children.values()) this.#report(child);
  }

  #retryAll(): void {
    this.#retry = undefined;
    this.#retryBeneath(this.#root);
  }

  #retryBeneath(node: Node): void {
    if (node.watch !== null) {
      for (const child of node.children.values()) this.#retryBeneath(child);
      return;
    }
    this.#establish(node);
    if (node.watch !== null) this.#report(node);
  }

  /** Something is at the path although it is no directory that can be opened: a link to nowhere, say. */
  #isThere(path: string): boolean {
    const name = partsOf(path).at(-1);
    if (name === undefined) return true;
    try {
      using parent = this.#directories.parentOf(path);
      return this.#primitives.lstat(parent.handle, name) !== null;
    } catch {
      return false;
    }
  }
}

function newNode(path: string): Node {
  return { path, leaves: new Set(), children: new Map(), watch: null };
}

function isAbsent(error: unknown): boolean {
  const errno = errnoOf(error);
  return errno === 'ENOENT' || errno === 'ENOTDIR' || errno === 'ELOOP' || error instanceof FsError;
}
