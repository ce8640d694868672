/**
 * A guarded change is proven as soon as it and its effects are done: what its guard names must be reached within
 * its time, or the verdict is bad. Only then is the timer disarmed; a timer that was faster is bad as well.
 */
import type { Reason } from '../base/errors.ts';
import type { SharedFields } from '../desired/shared-fields.ts';
import type { Change } from '../resources/kind.ts';
import { executionError } from './execution-errors.ts';
import type { Execution } from './execution.ts';

const POLL_MS = 500;

/** Null: proven and disarmed, or told to stop by `ending` (the agent ends), which leaves the guard armed. */
export async function proveGuard(
  execution: Execution,
  change: Change<unknown>,
  guard: SharedFields['guard'],
  ending: AbortSignal,
): Promise<Reason | null> {
  const { clock, guards } = execution;
  if ((await guards.fired()).includes(change.id)) return guardFired(change);
  const ends = clock.monotonic() + (guard?.withinMs ?? 0);
  for (const target of guard?.reach ?? []) {
    while (!(await execution.reach(target, ending))) {
      if (ending.aborted) return null;
      if (clock.monotonic() >= ends) return guardFired(change, target);
      await clock.sleep(POLL_MS, ending).catch(() => {});
    }
  }
  if (ending.aborted) return null;
  await guards.disarm(change.id);
  return (await guards.fired()).includes(change.id) ? guardFired(change) : null;
}

/**
 * The reason of the bad verdict, KSN-EXEC-007. `unreached`: what the guard names and could not be reached; absent where
 * its timer was faster.
 */
export function guardFired(change: Change<unknown>, unreached?: string): Reason {
  const why = unreached === undefined ? 'its guard fired' : `${unreached} could not be reached`;
  return executionError('KSN-EXEC-007', `${change.address}: ${why}`, { element: change.address }).toReason();
}

/** Every guarded change that an intent of the transaction names. */
export function guardedChanges(execution: Execution, tx: string): readonly Change<unknown>[] {
  const intents = execution.book.state.open.get(tx)?.intents ?? [];
  return intents.flatMap((intent) => intent.changes.filter((change) => change.guard !== undefined));
}

/** The transaction is undone or left behind by us: a timer that fired later would undo what came after it. */
export async function disarmGuards(execution: Execution, tx: string): Promise<void> {
  for (const change of guardedChanges(execution, tx)) await execution.guards.disarm(change.id);
}
