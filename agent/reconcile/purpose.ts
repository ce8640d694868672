/**
 * What maintenance changes, by what it is for (rule 6): a repair puts back what is wanted and stays; a renewal (time
 * has come) and an override (a patch was laid over) bring something new, so they are judged, and undone when they fail.
 */
import { isIrreversible } from '../apply/execution.ts';
import type { Override, TxCause } from '../apply/records.ts';
import { components } from '../plan/order.ts';
import type { Draft } from '../resources/kind.ts';

/** Drafts that share a transaction, and so a verdict. */
export interface Purpose {
  readonly cause: Extract<TxCause, 'repair' | 'renewal' | 'override'>;
  readonly drafts: readonly Draft<unknown>[];
}

/** What cannot be undone is no part of what may be; it is planned when what comes before it has its verdict. */
function stays(draft: Draft<unknown>): boolean {
  return draft.why === 'drift' || isIrreversible(draft);
}

/** One transaction each, in this order: first everything that is put back, then what is new, by component. */
export function purposesOf(drafts: readonly Draft<unknown>[], overrides: readonly Override[]): readonly Purpose[] {
  const patched = new Set(overrides.flatMap(({ kind, address }) => (kind === 'patch' ? [address] : [])));
  const repairs = drafts.filter(stays);
  const judged: Purpose[] = [];
  for (const component of components(drafts.filter((draft) => !stays(draft)))) {
    if (component.some(({ address }) => patched.has(address))) judged.push({ cause: 'override', drafts: component });
    else if (component.some(({ why }) => why === 'due')) judged.push({ cause: 'renewal', drafts: component });
    else repairs.push(...component);
  }
  return repairs.length === 0 ? judged : [{ cause: 'repair', drafts: repairs }, ...judged];
}
