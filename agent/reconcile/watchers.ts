/** Kinds watch what they manage; the set of targets follows what is desired. */
import type { AnyKind, Address, DriftHint, KindName, ReadHost, Target } from '../resources/kind.ts';
import { kindOf } from '../plan/targets.ts';

interface Watching {
  readonly addresses: string;
  readonly stop: AbortController;
  readonly ended: Promise<void>;
}

export interface WatchersOptions {
  readonly kinds: readonly AnyKind[];
  readonly host: ReadHost;
  readonly hint: (hint: DriftHint) => void;
  /** A watch that ended by itself: drift is then only found by the regular look. */
  readonly failed: (kind: KindName, error: unknown) => void;
}

/** Hints come to the callback of the options. Disposal resolves when every watch has ended. */
export class Watchers implements AsyncDisposable {
  readonly #options: WatchersOptions;
  readonly #running = new Map<KindName, Watching>();

  constructor(options: WatchersOptions) {
    this.#options = options;
  }

  /** The new watch is begun before the old one ends: nothing falls between. */
  follow(targets: Iterable<Target<unknown, unknown>>): void {
    const byKind = new Map<AnyKind, Target<unknown, unknown>[]>();
    for (const target of targets) {
      const kind = kindOf(this.#options.kinds, target.address);
      if (kind?.watch === undefined) continue;
      const list = byKind.get(kind);
      if (list === undefined) byKind.set(kind, [target]);
      else list.push(target);
    }
    for (const kind of this.#options.kinds) {
      const mine = byKind.get(kind) ?? [];
      const addresses = mine
        .map(({ address }): Address => address)
        .toSorted()
        .join('\n');
      const before = this.#running.get(kind.name);
      if (before?.addresses === addresses) continue;
      if (mine.length > 0) this.#running.set(kind.name, this.#begin(kind, mine, addresses));
      else this.#running.delete(kind.name);
      before?.stop.abort();
    }
  }

  #begin(kind: AnyKind, targets: readonly Target<unknown, unknown>[], addresses: string): Watching {
    const stop = new AbortController();
    const ended = this.#iterate(kind, targets, stop.signal);
    return { addresses, stop, ended };
  }

  async #iterate(kind: AnyKind, targets: readonly Target<unknown, unknown>[], signal: AbortSignal): Promise<void> {
    try {
      for await (const hint of kind.watch?.(targets, this.#options.host, signal) ?? []) this.#options.hint(hint);
    } catch (error) {
      if (!signal.aborted) this.#options.failed(kind.name, error);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { stop } of this.#running.values()) stop.abort();
    await Promise.allSettled([...this.#running.values()].map(({ ended }) => ended));
    this.#running.clear();
  }
}
