/** What must not be touched now: waits spread to dependents; holds and modes keep their addresses as they are. */
import type { AnyKind, Address, Draft, Wait } from '../resources/kind.ts';
import type { Reason } from '../base/errors.ts';
import { planError } from './errors.ts';
import { neededRemovals } from './needed-removals.ts';
import { kindOf } from './targets.ts';

/** Who may be changed at all: the mode of the node, then of a kind, then holds. */
export interface Restraint {
  readonly node: 'observe' | 'enforce';
  readonly kinds: Readonly<Record<string, 'observe' | 'enforce'>>;
  readonly held: Held;
}

/** What people hold, as one answer to "may this address be changed?". */
export interface Held {
  /** The whole node is held; what is due goes on, unless its address is named too. */
  readonly all: boolean;
  readonly named: ReadonlySet<Address>;
}

/** Every draft of a look, by whether it may be carried out now and why not. */
export interface Withheld {
  readonly free: readonly Draft<unknown>[];
  readonly held: readonly Draft<unknown>[];
  readonly observed: readonly Draft<unknown>[];
  /** Free by themselves, but what they need is held or only observed: kept like it. */
  readonly kept: readonly Draft<unknown>[];
  /** Drafts that wait since something they need waits. */
  readonly waits: readonly Wait[];
}

type Stuck = 'waits' | 'is held' | 'is only observed';

/**
 * Sorts drafts by what restrains them; what needs something that waits, is held or only observed goes with it, and so
 * on down the dependents.
 */
export function withhold(
  drafts: readonly Draft<unknown>[],
  waits: readonly Wait[],
  restraint: Restraint,
  kinds: readonly AnyKind[],
): Withheld {
  const held: Draft<unknown>[] = [];
  const observed: Draft<unknown>[] = [];
  const kept: Draft<unknown>[] = [];
  const more: Wait[] = [];
  let free: Draft<unknown>[] = [];
  for (const draft of drafts) {
    const kind = kindOf(kinds, draft.address)?.name ?? draft.kind;
    if (restraint.node === 'observe' || restraint.kinds[kind] === 'observe') observed.push(draft);
    else if (isHeld(draft, restraint.held)) held.push(draft);
    else free.push(draft);
  }
  const stuck = new Map<Address, Stuck>([
    ...waits.map(({ address }): [Address, Stuck] => [address, 'waits']),
    ...held.map(({ address }): [Address, Stuck] => [address, 'is held']),
    ...observed.map(({ address }): [Address, Stuck] => [address, 'is only observed']),
  ]);
  for (let before = -1; before !== free.length;) {
    before = free.length;
    free = free.filter((draft) => {
      if (stuck.has(draft.address)) return false;
      const need = draft.needs.find((address) => stuck.has(address));
      const how = need === undefined ? undefined : stuck.get(need);
      if (need === undefined || how === undefined) return true;
      stuck.set(draft.address, how);
      if (how === 'waits')
        more.push({ address: draft.address, reason: neededWaits(draft.address, need), until: 'input' });
      else kept.push(draft);
      return false;
    });
    const stays = neededRemovals(
      free,
      drafts.filter(({ address }) => stuck.has(address)),
    );
    free = free.filter((draft) => {
      const by = stays.get(draft.address);
      const how = by === undefined ? undefined : stuck.get(by);
      if (by === undefined || how === undefined) return true;
      stuck.set(draft.address, how);
      if (how === 'waits')
        more.push({ address: draft.address, reason: stillNeeded(draft.address, by), until: 'input' });
      else kept.push(draft);
      return false;
    });
  }
  return { free, held, observed, kept, waits: more };
}

function isHeld({ address, why }: Draft<unknown>, { all, named }: Held): boolean {
  return named.has(address) || (all && why !== 'due');
}

/** Why a removal waits: something that goes before it waits (KSN-PLAN-006). */
export function stillNeeded(address: Address, by: Address): Reason {
  return planError('KSN-PLAN-006', `${address} goes after ${by}, which waits`, { element: address }).toReason();
}

function neededWaits(address: Address, need: Address): Reason {
  return planError('KSN-PLAN-006', `${address} needs ${need}, which waits`, { element: address }).toReason();
}
