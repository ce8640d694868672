/** The desired state in force: a spec, the patches laid over it, and its items. */
import type { Instant } from '../base/clock.ts';
import type { Accepted, Override } from '../apply/records.ts';
import { contentsOf, expandSpec } from '../desired/items.ts';
import type { NodeSpec } from '../desired/node-spec.ts';
import { overlay } from '../plan/overlay.ts';
import type { Held } from '../plan/withhold.ts';
import type { AnyKind, ExpandContext, Fingerprint, Item } from '../resources/kind.ts';

/** Accepted envelopes on disk. `load` parses without asking the trust roots again: a signer revoked since keeps running. */
export interface SpecLibrary {
  load(accepted: Accepted): Promise<NodeSpec>;
  /** The patch that an override has on record. */
  patch(recorded: unknown): Promise<unknown>;
}

/** What to converge to. Items are expanded with the facts the spec was accepted with. */
export interface Desired {
  /** null: nothing is desired (no spec yet, or as found). */
  readonly accepted: Accepted | null;
  readonly spec: NodeSpec | null;
  readonly items: readonly Item<unknown>[];
}

/** Nothing is desired: no spec yet, or the node as it was found. */
export const NOTHING: Desired = { accepted: null, spec: null, items: [] };

/** Expansions kept: the wanted generation, the last-known-good, the one before, and one on its way. */
const KEPT = 4;

/** Loads and expands accepted specs, and keeps those that were used last. */
export class DesiredView {
  readonly #library: SpecLibrary;
  readonly #kinds: readonly AnyKind[];
  readonly #context: Omit<ExpandContext, 'facts'>;
  /** By digest, facts and patches; the most recently used last. */
  readonly #expanded = new Map<
    string,
    { readonly desired: Desired; readonly contents: ReadonlyMap<Fingerprint, Uint8Array> }
  >();

  constructor(library: SpecLibrary, kinds: readonly AnyKind[], context: Omit<ExpandContext, 'facts'>) {
    this.#library = library;
    this.#kinds = kinds;
    this.#context = context;
  }

  /** The desired state of an accepted spec with the patches in force laid over it. */
  async of(accepted: Accepted | null, overrides: readonly Override[], given?: NodeSpec): Promise<Desired> {
    if (accepted === null) return NOTHING;
    const recorded = overrides.flatMap(({ kind, address, patch }) =>
      kind === 'patch' && address !== null ? [{ address, patch }] : [],
    );
    // The same document means another thing with other facts: a preview resolves them anew, what was accepted never.
    const key = [accepted.digest, JSON.stringify(accepted.facts), ...recorded.map((one) => JSON.stringify(one))].join(
      ' ',
    );
    const known = this.#expanded.get(key);
    if (known !== undefined) {
      this.#expanded.delete(key);
      this.#expanded.set(key, known);
      return known.desired;
    }
    const spec = given ?? (await this.#library.load(accepted));
    const patches = await Promise.all(
      recorded.map(async ({ address, patch }) => ({ address, patch: await this.#library.patch(patch) })),
    );
    const patched = { ...spec, sections: overlay(spec.sections, patches, this.#kinds) };
    const items = expandSpec(patched, this.#kinds, { ...this.#context, facts: accepted.facts });
    const desired = { accepted, spec, items };
    this.#expanded.set(key, { desired, contents: contentsOf(items) });
    for (const oldest of this.#expanded.keys()) {
      if (this.#expanded.size <= KEPT) break;
      this.#expanded.delete(oldest);
    }
    return desired;
  }

  /** What the expanded specs carry that not everybody on the host may read. */
  *secrets(): Generator<Uint8Array> {
    for (const { desired } of this.#expanded.values())
      for (const { contents, contentsArePublic } of desired.items)
        if (contentsArePublic !== true) yield* contents?.values() ?? [];
  }

  /** Bytes that one of the expanded specs carries. */
  content(fingerprint: Fingerprint): Uint8Array | undefined {
    for (const { contents } of this.#expanded.values()) {
      const bytes = contents.get(fingerprint);
      if (bytes !== undefined) return bytes;
    }
    return undefined;
  }
}

/** Overrides in force now; those bound to another boot or past their time are not. */
export function activeOverrides(overrides: Iterable<Override>, now: Instant, bootId: string): readonly Override[] {
  return [...overrides].filter(
    (override) => override.expires > now && (override.bootId === undefined || override.bootId === bootId),
  );
}

/** What the holds among these overrides name. */
export function heldBy(overrides: readonly Override[]): Held {
  const holds = overrides.filter((override) => override.kind === 'hold').map(({ address }) => address);
  return { all: holds.includes(null), named: new Set(holds.filter((address) => address !== null)) };
}
