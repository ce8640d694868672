/**
 * The order of changes: create and modify in `needs` order; removals last, dependents first; a removal that
 * frees a claim that a create takes goes first. A rollback is ordered by this same function, never played
 * backwards: a pod must not restart while the bad configuration is still live.
 */
import type { Address, Claim, Draft } from '../resources/kind.ts';
import { planError } from './errors.ts';

export type Wave<D extends Draft<unknown> = Draft<unknown>> = readonly D[];
/** address → what must be settled before it. */
export type Precedence = ReadonlyMap<Address, ReadonlySet<Address>>;

/**
 * For each address those that must be settled before it. What needs itself in a circle stands here too; `order` refuses
 * it.
 */
export function precedence(drafts: readonly Draft<unknown>[]): Precedence {
  const before = new Map<Address, Set<Address>>(drafts.map((draft) => [draft.address, new Set()]));
  const removals = drafts.filter((draft) => draft.to === null);
  const builds = drafts.filter((draft) => draft.to !== null);
  const removed = new Set(removals.map((draft) => draft.address));

  for (const build of builds) {
    for (const need of build.needs) {
      if (before.has(need) && !removed.has(need)) before.get(build.address)?.add(need);
    }
  }
  for (const removal of removals) {
    for (const need of removal.needs) {
      if (removed.has(need)) before.get(need)?.add(removal.address);
    }
  }
  const first = removalsThatFree(removals, builds, before);
  for (const [earlier, later] of handOvers(drafts)) before.get(later)?.add(earlier);
  for (const removal of removals) {
    if (first.has(removal.address)) continue;
    for (const build of builds) before.get(removal.address)?.add(build.address);
  }
  return before;
}

/** Removals whose claim a build takes, and every removal that must precede those. */
function removalsThatFree(
  removals: readonly Draft<unknown>[],
  builds: readonly Draft<unknown>[],
  before: Map<Address, Set<Address>>,
): ReadonlySet<Address> {
  const takers = new Map<Claim, Address[]>();
  for (const build of builds) {
    for (const claim of build.claims) takers.set(claim, [...(takers.get(claim) ?? []), build.address]);
  }
  const first = new Set<Address>();
  const queue: Address[] = [];
  for (const removal of removals) {
    for (const claim of removal.claims) {
      for (const taker of takers.get(claim) ?? []) {
        before.get(taker)?.add(removal.address);
        queue.push(removal.address);
      }
    }
  }
  for (const build of builds) {
    if (!leavesDirectory(build)) continue;
    for (const removal of removals) {
      if (!build.claims.some((outer) => removal.claims.some((inner) => inner.startsWith(`${outer}/`)))) continue;
      before.get(build.address)?.add(removal.address);
      queue.push(removal.address);
    }
  }
  for (let address = queue.pop(); address !== undefined; address = queue.pop()) {
    if (first.has(address)) continue;
    first.add(address);
    queue.push(...(before.get(address) ?? []));
  }
  return first;
}

/** A directory that becomes something else (again) must be empty by then. */
function leavesDirectory({ from, to }: Draft<unknown>): boolean {
  return typeOf(from) === 'directory' && typeOf(to) !== 'directory';
}

function typeOf(state: unknown): unknown {
  return typeof state === 'object' && state !== null && 'type' in state ? state.type : undefined;
}

/** Of two changes of one claim, the one that leaves what the other begins with goes first. */
function handOvers(drafts: readonly Draft<unknown>[]): readonly (readonly [Address, Address])[] {
  const byClaim = new Map<Claim, Draft<unknown>[]>();
  for (const draft of drafts)
    for (const claim of draft.claims) byClaim.set(claim, [...(byClaim.get(claim) ?? []), draft]);
  const pairs: (readonly [Address, Address])[] = [];
  for (const sharing of byClaim.values()) {
    for (const a of sharing) {
      for (const b of sharing) {
        if (a.address === b.address || !isSame(a.to, b.from) || isSame(b.to, a.from)) continue;
        pairs.push([a.address, b.address]);
      }
    }
  }
  return pairs;
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** Layers of changes that need nothing from each other. @throws KSN-PLAN-001 naming the circle. */
export function order<D extends Draft<unknown>>(drafts: readonly D[]): readonly Wave<D>[] {
  const before = precedence(drafts);
  const waves: D[][] = [];
  const placed = new Set<Address>();
  let left = [...drafts];
  while (left.length > 0) {
    const wave = left.filter((draft) => [...(before.get(draft.address) ?? [])].every((need) => placed.has(need)));
    if (wave.length === 0) {
      const circle = findCircle(
        left.map((draft) => draft.address),
        before,
      );
      throw planError('KSN-PLAN-001', `these need each other: ${circle.join(' → ')}`, { element: circle[0] ?? '' });
    }
    for (const draft of wave) placed.add(draft.address);
    left = left.filter((draft) => !placed.has(draft.address));
    waves.push(wave);
  }
  return waves;
}

function findCircle(among: readonly Address[], before: Precedence): readonly Address[] {
  const inside = new Set(among);
  const trail: Address[] = [];
  let at = among[0];
  while (at !== undefined && !trail.includes(at)) {
    trail.push(at);
    at = [...(before.get(at) ?? [])].find((need) => inside.has(need));
  }
  return at === undefined ? trail : [...trail.slice(trail.indexOf(at)), at];
}

/** Groups of drafts connected by `needs` or by a claim that passes from one to another; the unit that waits as one. */
export function components<D extends Draft<unknown>>(drafts: readonly D[]): readonly (readonly D[])[] {
  const root = new Map<string, string>();
  const find = (key: string): string => {
    let at = key;
    for (let up = root.get(at); up !== undefined && up !== at; up = root.get(at)) at = up;
    root.set(key, at);
    return at;
  };
  const here = new Set(drafts.map((draft) => draft.address));
  for (const draft of drafts) {
    const links = [...draft.needs.filter((need) => here.has(need)), ...draft.claims.map((claim) => `claim ${claim}`)];
    for (const link of links) root.set(find(link), find(draft.address));
  }
  const groups = new Map<string, D[]>();
  for (const draft of drafts) {
    const key = find(draft.address);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [draft]);
    else group.push(draft);
  }
  return [...groups.values()];
}
