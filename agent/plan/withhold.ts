/** What must not be touched now: waits spread to dependents; holds and modes keep their addresses as they are. */
import type { AnyKind, Address, Draft, Wait } from '../resources/kind.ts';
import type { Reason } from '../base/errors.ts';
import { planError } from './errors.ts';
import { kindOf } from './targets.ts';

export interface Restraint {
  readonly node: 'observe' | 'enforce';
  readonly kinds: Readonly<Record<string, 'observe' | 'enforce'>>;
  /** Held addresses; `'all'` holds the node. */
  readonly held: ReadonlySet<Address> | 'all';
}

export interface Withheld {
  readonly free: readonly Draft<unknown>[];
  readonly held: readonly Draft<unknown>[];
  readonly observed: readonly Draft<unknown>[];
  /** Drafts that wait since something they need waits, is held or is only observed. */
  readonly waits: readonly Wait[];
}

export function withhold(drafts: readonly Draft<unknown>[], waits: readonly Wait[], restraint: Restraint, kinds: readonly AnyKind[]): Withheld {
  const held: Draft<unknown>[] = [];
  const observed: Draft<unknown>[] = [];
  let free: Draft<unknown>[] = [];
  for (const draft of drafts) {
    const kind = kindOf(kinds, draft.address)?.name ?? draft.kind;
    if (restraint.node === 'observe' || restraint.kinds[kind] === 'observe') observed.push(draft);
    else if (restraint.held === 'all' || restraint.held.has(draft.address)) held.push(draft);
    else free.push(draft);
  }
  const stuck = new Map<Address, string>();
  for (const wait of waits) stuck.set(wait.address, 'waits');
  for (const draft of held) stuck.set(draft.address, 'is held');
  for (const draft of observed) stuck.set(draft.address, 'is only observed');
  const more: Wait[] = [];
  for (let again = true; again; ) {
    again = false;
    const still: Draft<unknown>[] = [];
    for (const draft of free) {
      const need = stuck.has(draft.address) ? draft.address : draft.needs.find((address) => stuck.has(address));
      if (need === undefined) {
        still.push(draft);
        continue;
      }
      again = true;
      if (need !== draft.address) {
        stuck.set(draft.address, 'waits');
        more.push({ address: draft.address, reason: neededWaits(draft.address, need, stuck.get(need) ?? 'waits'), until: 'input' });
      }
    }
    free = still;
  }
  return { free, held, observed, waits: more };
}

function neededWaits(address: Address, need: Address, how: string): Reason {
  return planError('KSN-PLAN-006', `${address} needs ${need}, which ${how}`, { element: address }).toReason();
}
