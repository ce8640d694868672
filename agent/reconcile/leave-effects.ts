/**
 * What a rollback gives up. An effect is a debt, also of an undo, and what the last-known-good has is tried until it
 * has run. An effect that nothing of the last-known-good has came with the generation that failed: where it fails
 * again and again, nothing but itself would keep the rollback open, for ever. Recorded, so that no start tries again.
 */
import type { Reason } from '../base/errors.ts';
import type { Failure } from '../apply/execution.ts';
import { executionError } from '../apply/execution-errors.ts';
import { owedEffects, type OwedEffect } from '../apply/owed-effects.ts';
import type { OpenTransaction, TxId } from '../apply/records.ts';
import type { StateView } from '../apply/state.ts';
import type { Reconciliation } from './context.ts';

/** So many tries in all, ever further apart: two minutes, and the time that they take. */
const TRIES = 8;

/** Counts the tries of one run: a start begins anew, and what it gave up stays given up. */
export class EffectPatience {
  #tries = 0;

  /**
   * After each try. `isLast`: everything is at its base, so that the ledger is the last-known-good's, and effects
   * alone have failed. True when something was given up.
   */
  async ends(r: Reconciliation, tx: TxId, failures: readonly Failure[], isLast: boolean): Promise<boolean> {
    const { book, bootId } = r.execution;
    const open = book.state.open.get(tx);
    const owed = open === undefined ? [] : owedEffects(open, bootId);
    if (owed.length > 0) this.#tries += 1;
    if (!isLast || this.#tries < TRIES) return false;
    const left = owed.filter((effect) => !isKnown(book.state, effect.target));
    await leave(r, tx, left, failures);
    return left.length > 0;
  }
}

/** What this rollback gave up, also before a restart. */
export function effectsLeft(rollback: OpenTransaction | undefined): readonly Reason[] {
  return [...(rollback?.effects.values() ?? [])].flatMap(({ outcome, reason }) =>
    outcome === 'left' && reason !== undefined ? [reason] : [],
  );
}

async function leave(
  r: Reconciliation,
  tx: TxId,
  left: readonly OwedEffect[],
  failures: readonly Failure[],
): Promise<void> {
  const { book, bootId, events } = r.execution;
  for (const effect of left) {
    const failure = failures.find(({ reason }) => reason.element === effect.target);
    const message = `the rollback gave up ${effect.target}: ${failure?.reason.message ?? 'it failed'}`;
    const reason = executionError('KSN-EXEC-012', message, { element: effect.target }).toReason();
    await book.commit({ t: 'effect', tx, key: effect.id, outcome: 'left', bootId, reason });
    events.emit({ type: 'EffectLeft', message, tx, reason });
  }
}

/** The last-known-good manages its target, or owes the same target something itself. */
function isKnown({ ledger }: StateView, target: string): boolean {
  for (const { address, effects = [] } of ledger.values())
    if (address === target || effects.some((effect) => effect.target === target)) return true;
  return false;
}
