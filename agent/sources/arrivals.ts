/**
 * Which files of a folder are whole.
 *
 * What a slow writer has written so far may be a valid document: every other line of a YAML file is a possible end. So
 * a file is taken when nobody can be writing it: it was moved to its name and not written since, or it has not changed
 * for {@link QUIET_MS}. inotify would tell of a close after writing, and Node does not.
 */
import type { Clock } from '../base/clock.ts';
import type { Entry } from '../../hostfs/filesystem.ts';

/** A file that has not changed for so long is taken to be whole. */
export const QUIET_MS = 2_000;

interface Seen {
  readonly entry: Entry;
  /** Monotonic: since when the file has looked so. */
  readonly since: number;
}

/** Fed with what a watch tells and what a look finds; decides, and reads nothing itself. */
export class Arrivals {
  readonly #clock: Clock;
  /** Names that came, and whose files were not written since. */
  readonly #moved = new Set<string>();
  readonly #seen = new Map<string, Seen>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** As fs.watch tells it: `rename` is a name that came or went, `change` a write or new attributes. */
  event(type: string, name: string | null): void {
    if (name === null) this.#moved.clear();
    else if (type === 'rename') this.#moved.add(name);
    else this.#moved.delete(name);
  }

  /** What was told so far was of another folder. */
  forget(): void {
    this.#moved.clear();
  }

  /** Names of which something is kept. */
  names(): readonly string[] {
    return [...this.#moved, ...this.#seen.keys()];
  }

  /** It is not there. */
  gone(name: string): void {
    this.#moved.delete(name);
    this.#seen.delete(name);
  }

  /** Milliseconds until the file would be whole, if nothing more comes of it; 0: it is. */
  unsettledMs(name: string, entry: Entry): number {
    if (this.#moved.has(name) && entry.size > 0) return 0;
    const left = this.#quietMs(name, entry);
    // A time to come says nothing: the clock was set back.
    return this.#clock.now() - entry.modifiedMs >= QUIET_MS ? 0 : left;
  }

  /**
   * Whether it is so still, once its bytes are read. Two turns of the event loop bring every event that the kernel had
   * before the first; a write that came before the read is then known.
   */
  async stillWhole(name: string, entry: Entry): Promise<boolean> {
    await this.#clock.sleep(0);
    await this.#clock.sleep(0);
    return this.unsettledMs(name, entry) === 0;
  }

  #quietMs(name: string, entry: Entry): number {
    const now = this.#clock.monotonic();
    const before = this.#seen.get(name);
    const since = before !== undefined && isSame(before.entry, entry) ? before.since : now;
    this.#seen.set(name, { entry, since });
    return Math.max(0, since + QUIET_MS - now);
  }
}

/** Nobody wrote in between, as far as the file itself tells. */
export function isSame(a: Entry, b: Entry): boolean {
  return a.inode === b.inode && a.size === b.size && a.modifiedMs === b.modifiedMs;
}
