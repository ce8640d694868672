/**
 * What maintenance leaves alone while something failed is being undone: every address that is part of it, what needs
 * one of them, and what would tell one of them something. Repaired on its own, a pod would start with the
 * configuration that is still to go back.
 */
import type { StateView } from '../apply/state.ts';
import type { Draft, Item } from '../resources/kind.ts';
import { inMaintenance } from './next-job.ts';

/**
 * Whether a draft stands apart from all that is being undone; null: nothing is. `held`: the whole node is, so what is
 * due does not wait for a rollback that stands still.
 */
export function apartFromUndo(
  state: StateView,
  items: readonly Item<unknown>[],
  held: boolean,
): ((draft: Draft<unknown>) => boolean) | null {
  const open = [...state.open.values()];
  const parts = open.filter((tx) => tx.cause === 'rollback' || tx.verdict?.outcome === 'bad');
  if (parts.length === 0) return null;
  const rows = parts.flatMap(({ tx, cause }) => (cause === 'rollback' ? [] : state.undoRows(tx)));
  const changes = parts.flatMap((tx) => tx.intents.flatMap((intent) => intent.changes));
  const undone = [...rows, ...changes].map(({ address }) => address);
  const isGeneration = parts.some((tx) => !inMaintenance(state, tx));
  const theirs = new Set(undone);
  for (let before = -1; before !== theirs.size;) {
    before = theirs.size;
    for (const { address, needs } of items) if (needs.some((need) => theirs.has(need))) theirs.add(address);
  }
  // Whatever is no drift is the rollback's own to bring about, where a generation goes back.
  return ({ address, why, effects }) =>
    (why === 'drift' || !isGeneration || (held && why === 'due')) &&
    !theirs.has(address) &&
    !effects.some(({ target }) => theirs.has(target));
}
