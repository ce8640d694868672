/** Renewals and overrides as maintenance carries them out: all of their steps in one transaction, then to their verdict. */
import { firstReason } from '../apply/commit-wave.ts';
import { isIrreversible, type RunOutcome } from '../apply/execution.ts';
import type { OpenTransaction, TxId } from '../apply/records.ts';
import { runChanges } from '../apply/run-changes.ts';
import type { Survey } from '../plan/survey.ts';
import { withhold } from '../plan/withhold.ts';
import type { Address, Change, Draft } from '../resources/kind.ts';
import { look, restraintOf, type Reconciliation } from './context.ts';
import type { Desired } from './desired.ts';
import { beginTrial, closeSuperseded, judgeBad } from './judge-maintenance.ts';

export const REPAIR_SETTLE_MS = 60_000;
/** A state machine that goes on for ever is none. */
const MOST_STEPS = 20;

/**
 * What one pass of maintenance hands down to the transactions that it begins. `again`: milliseconds after which an
 * address is looked at once more.
 */
export interface MaintenanceRun {
  readonly seen: Survey;
  readonly desired: Desired;
  /** What is not begun is left to the next pass. */
  readonly stop: AbortSignal;
  /** The agent ends. */
  readonly ending: AbortSignal;
  readonly again: Map<Address, number>;
}

/** Of several steps, each planned when the one before has arrived. */
export async function bringAnew(
  r: Reconciliation,
  tx: TxId,
  first: readonly Draft<unknown>[],
  { seen, desired, stop, ending }: MaintenanceRun,
): Promise<RunOutcome> {
  const addresses = new Set(first.map(({ address }) => address));
  const applied: Change<unknown>[] = [];
  let { targets } = seen;
  for (let drafts = first; ;) {
    const outcome = await runChanges(r.execution, tx, drafts, {
      stop,
      onFailure: 'stop',
      settleMs: REPAIR_SETTLE_MS,
      targets,
    });
    applied.push(...outcome.applied);
    const isDone = outcome.failures.length + outcome.waits.length + outcome.replan.length > 0 || outcome.stopped;
    if (isDone || outcome.applied.length === 0 || applied.length >= MOST_STEPS * addresses.size)
      return { ...outcome, applied };
    const next = await look(r, desired, ending, addresses);
    ({ targets } = next);
    const { free } = withhold(next.drafts, next.waits, restraintOf(r), r.execution.kinds);
    drafts = free.filter((draft) => draft.why !== 'drift' && !isIrreversible(draft));
    if (drafts.length === 0) return { ...outcome, applied };
  }
}

/** What failed is undone, what arrived is tried by its gates; what was stopped half way goes on from the journal. */
export async function toVerdict(
  r: Reconciliation,
  tx: OpenTransaction,
  { failures, stopped, waits, replan }: RunOutcome,
  { ending }: MaintenanceRun,
): Promise<void> {
  const reason = firstReason(failures);
  if (reason !== null) return judgeBad(r, tx, reason);
  if (stopped) r.left.add(tx.tx);
  else if (waits.length + replan.length > 0) await closeSuperseded(r, tx);
  else beginTrial(r, tx.tx, ending);
}
