/**
 * Repairs that are done but for an effect that failed. Their transaction stays open, so that no crash forgets what
 * is owed, and the effect is tried again, ever more rarely; until then the node is not well.
 */
import { backoffStep } from '../base/backoff.ts';
import { runEffects } from '../apply/run-effects.ts';
import type { TxId } from '../apply/records.ts';
import type { Failure } from '../apply/execution.ts';
import { now, type Reconciliation } from './context.ts';

const RETRY = { baseMs: 5_000, factor: 2, capMs: 10 * 60_000, jitter: 0 } as const;

export class Debts {
  /** At which monotonic time each is tried again. */
  readonly #open = new Map<TxId, { readonly at: number; readonly tries: number }>();

  has(tx: TxId): boolean {
    return this.#open.has(tx);
  }

  add(tx: TxId, at: number): void {
    const tries = this.#open.get(tx)?.tries ?? 0;
    this.#open.set(tx, { at: at + backoffStep(RETRY, tries), tries: tries + 1 });
  }

  delete(tx: TxId): void {
    this.#open.delete(tx);
  }

  due(at: number): readonly TxId[] {
    return [...this.#open].filter(([, debt]) => debt.at <= at).map(([tx]) => tx);
  }

  /** Milliseconds until one is due. */
  dueIn(at: number): number {
    return Math.max(0, Math.min(...[...this.#open.values()].map((debt) => debt.at)) - at);
  }
}

/** Shows what failed, and tries it again later. */
export function owe(r: Reconciliation, tx: TxId, failures: readonly Failure[]): void {
  for (const { address, reason } of failures) r.board.owe(tx, address, reason, now(r));
  r.debts.add(tx, r.execution.clock.monotonic());
}

/** Tries what is due; what is paid is closed. */
export async function payDebts(r: Reconciliation, signal: AbortSignal): Promise<void> {
  const { book, clock } = r.execution;
  for (const tx of r.debts.due(clock.monotonic())) {
    const failures = await runEffects(r.execution, tx, { later: new Set(), keepFailed: true, signal });
    if (failures.length > 0) {
      owe(r, tx, failures);
      continue;
    }
    r.debts.delete(tx);
    r.board.paid(tx);
    if (!book.state.open.has(tx)) continue;
    await book.note({ t: 'verdict', tx, outcome: 'good', at: now(r) }, { t: 'close', tx, left: [], at: now(r) });
    r.execution.progressed();
  }
}
