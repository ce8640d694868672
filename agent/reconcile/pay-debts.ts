/** Owing and paying: the open repairs of debts.ts, shown and tried again. */
import type { Failure } from '../apply/execution.ts';
import type { TxId } from '../apply/records.ts';
import { runEffects } from '../apply/run-effects.ts';
import { mayGoOn, now, type Reconciliation } from './context.ts';
import { undoMaintenance } from './undo-maintenance.ts';

/** Shows what failed, and tries it again later. */
export function owe(r: Reconciliation, tx: TxId, failures: readonly Failure[]): void {
  for (const { address, reason } of failures) r.board.owe(tx, address, reason, now(r));
  r.debts.add(tx, r.execution.clock.monotonic());
}

/** Whether what is owed may be tried now. What is open no longer is paid without touching anything. */
export function mayPay(r: Reconciliation, tx: TxId): boolean {
  return mayGoOn(r, r.execution.book.state.open.get(tx) ?? { cause: 'repair' });
}

/** Tries what is due and may be tried; what is paid is closed. */
export async function payDebts(r: Reconciliation, signal: AbortSignal): Promise<void> {
  const { book, clock } = r.execution;
  for (const tx of r.debts.due(clock.monotonic())) {
    if (!mayPay(r, tx)) continue;
    const open = book.state.open.get(tx);
    if (open?.verdict?.outcome === 'bad') {
      await undoMaintenance(r, open, signal);
      continue;
    }
    const failures = await runEffects(r.execution, tx, { later: new Set(), signal });
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
