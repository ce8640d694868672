/** Guards at the gates: whatever was armed before a restart is proven, or the verdict is bad. */
import type { Reason } from '../base/errors.ts';
import { guardedChanges, proveGuard } from '../apply/prove-guards.ts';
import type { TxId } from '../apply/records.ts';
import type { Reconciliation } from './context.ts';
import type { Desired } from './desired.ts';

/** Null: nothing fired and what guards name is reached, or the agent ends. */
export async function guardsHold(
  r: Reconciliation,
  tx: TxId,
  desired: Desired,
  ending: AbortSignal,
): Promise<Reason | null> {
  for (const change of guardedChanges(r.execution, tx)) {
    const guard = desired.items.find((item) => item.address === change.address)?.shared.guard;
    const reason = await proveGuard(r.execution, change, guard, ending);
    if (reason !== null) return reason;
  }
  return null;
}
