/**
 * What the generation lane does next: a pure function of what the journal says, so that a restart at any point
 * goes on with the same thing.
 */
import type { Accepted, OpenTransaction } from '../apply/records.ts';
import type { StateView } from '../apply/state.ts';

export type Job =
  | { readonly do: 'rollback'; readonly failed: OpenTransaction; readonly resumed: OpenTransaction | null }
  | { readonly do: 'finish'; readonly tx: OpenTransaction; readonly accepted: Accepted }
  | { readonly do: 'close'; readonly tx: OpenTransaction }
  | { readonly do: 'generation'; readonly accepted: Accepted; readonly resumed: OpenTransaction | null }
  | { readonly do: 'leave'; readonly tx: OpenTransaction };

/**
 * Null: the generation lane has nothing to do. What was begun goes before what is wanted, and undoing before finishing.
 */
export function nextJob(state: StateView): Job | null {
  const open = [...state.open.values()].filter((tx) => !inMaintenance(state, tx));
  const rollback = open.find((tx) => tx.cause === 'rollback');
  const failed = open.find((tx) => tx.cause !== 'rollback' && tx.verdict?.outcome === 'bad');
  if (failed !== undefined) return { do: 'rollback', failed, resumed: rollback ?? null };
  if (rollback !== undefined) return { do: 'close', tx: rollback };
  const leave = open.find((tx) => tx.cause === 'leave');
  if (leave !== undefined) return { do: 'leave', tx: leave };
  const generation = open.find((tx) => tx.cause === 'generation');
  if (generation !== undefined) {
    if (generation.verdict?.outcome === 'superseded' || generation.identity === undefined)
      return { do: 'close', tx: generation };
    if (generation.verdict?.outcome === 'good') return { do: 'finish', tx: generation, accepted: generation.identity };
    return { do: 'generation', accepted: generation.identity, resumed: generation };
  }
  const { wanted } = state;
  if (wanted === null || state.left || state.blocked.has(wanted.digest)) return null;
  if (state.running?.digest === wanted.digest) return null;
  return { do: 'generation', accepted: wanted, resumed: null };
}

/** Transactions of the maintenance lane, but for what undoes them. */
export function isMaintenance({ cause }: Pick<OpenTransaction, 'cause'>): boolean {
  return cause === 'repair' || cause === 'override' || cause === 'renewal';
}

/** Those of them that have a verdict of their own; a repair stays. */
export function isJudged({ cause }: Pick<OpenTransaction, 'cause'>): boolean {
  return cause === 'override' || cause === 'renewal';
}

/** The maintenance lane's, with what undoes them. */
export function inMaintenance(state: StateView, tx: OpenTransaction): boolean {
  const undone = tx.undoes === undefined ? undefined : state.open.get(tx.undoes);
  return isMaintenance(tx) || (undone !== undefined && isMaintenance(undone));
}

/** What maintenance keeps true: the generation under way, else what is judged, else what is wanted. */
export function maintained(state: StateView): Accepted | null {
  if (state.left) return null;
  const generation = [...state.open.values()].find((tx) => tx.cause === 'generation' && tx.verdict?.outcome !== 'bad');
  if (generation?.identity !== undefined) return generation.identity;
  return state.running;
}
