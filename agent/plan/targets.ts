import type { AnyKind, Address, Item, KindName, Owned, Target } from '../resources/kind.ts';

/** What is desired and what is owned, joined by address, in groups by kind. */
export interface TargetSet {
  readonly byKind: ReadonlyMap<KindName, readonly Target<unknown, unknown>[]>;
  /** Ledger rows of kinds that this release does not know: kept, reported, untouched. */
  readonly orphaned: readonly Owned<unknown>[];
}

/**
 * Pairs what the spec wants with what the ledger owns. A row without an item is a prune. `only` narrows the
 * set to some addresses; an address in neither the spec nor the ledger yields nothing.
 */
export function targetsOf(
  kinds: readonly AnyKind[],
  items: readonly Item<unknown>[],
  ledger: ReadonlyMap<Address, Owned<unknown>>,
  only?: ReadonlySet<Address>,
): TargetSet {
  const byKind = new Map<KindName, Target<unknown, unknown>[]>();
  const byPrefix = new Map(kinds.map((kind) => [kind.prefix, kind]));
  const orphaned: Owned<unknown>[] = [];
  const add = (target: Target<unknown, unknown>): boolean => {
    const kind = byPrefix.get(prefixOf(target.address));
    if (kind === undefined) return false;
    const list = byKind.get(kind.name);
    if (list === undefined) byKind.set(kind.name, [target]);
    else list.push(target);
    return true;
  };
  const wanted = new Set<Address>();
  for (const item of items) {
    wanted.add(item.address);
    if (only !== undefined && !only.has(item.address)) continue;
    add({ address: item.address, item, owned: ledger.get(item.address) ?? null });
  }
  for (const owned of ledger.values()) {
    if (wanted.has(owned.address) || (only !== undefined && !only.has(owned.address))) continue;
    if (!add({ address: owned.address, item: null, owned })) orphaned.push(owned);
  }
  return { byKind, orphaned };
}

/** `file` of `file:/etc/x`. */
export function prefixOf(address: Address): string {
  return address.slice(0, address.indexOf(':'));
}

/** The kind whose prefix an address has; undefined where this release has none. */
export function kindOf(kinds: readonly AnyKind[], address: Address): AnyKind | undefined {
  const prefix = prefixOf(address);
  return kinds.find((kind) => kind.prefix === prefix);
}
