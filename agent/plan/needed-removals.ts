import type { Address, Draft } from '../resources/kind.ts';

/**
 * Removals that something stuck still stands in the way of, with who it is: a folder goes after what is in it. Left
 * among the others it would not be empty, stay, and be forgotten.
 */
export function neededRemovals(
  drafts: readonly Draft<unknown>[],
  stuck: Iterable<Pick<Draft<unknown>, 'address' | 'needs'>>,
): ReadonlyMap<Address, Address> {
  const removals = new Map(drafts.filter(({ to }) => to === null).map((draft) => [draft.address, draft]));
  const needed = new Map<Address, Address>();
  const queue = [...stuck];
  for (let one = queue.pop(); one !== undefined; one = queue.pop()) {
    for (const need of one.needs) {
      const removal = removals.get(need);
      if (removal === undefined || needed.has(need)) continue;
      needed.set(need, one.address);
      queue.push(removal);
    }
  }
  return needed;
}
