import { asKeelsonError, type Reason } from '../base/errors.ts';
import { kindOf } from '../plan/targets.ts';
import type { Change, Health, Target } from '../resources/kind.ts';
import { executionError } from './execution-errors.ts';
import type { Execution } from './execution.ts';

/** First look at once; then this often, growing. A probe that waits by itself makes these rare. */
const FIRST_POLL_MS = 20;
const LAST_POLL_MS = 2_000;

/** Waits until a change has arrived and is well. Null: it has; `stop` also ends the wait. */
export async function settle(
  execution: Execution,
  change: Change<unknown>,
  target: Target<unknown, unknown>,
  limitMs: number,
  stop: AbortSignal,
): Promise<Reason | null> {
  const { clock, hosts } = execution;
  const kind = kindOf(execution.kinds, change.address);
  const ends = clock.monotonic() + limitMs;
  let pause = FIRST_POLL_MS;
  for (;;) {
    const health =
      kind === undefined
        ? { is: 'unknown' as const }
        : await probeSafely(() => kind.probe(target, change.to, hosts.read, stop));
    if (health.is === 'healthy' || health.is === 'unjudged') return null;
    if (stop.aborted) return null;
    if (clock.monotonic() >= ends) return notWell(change, health);
    try {
      await clock.sleep(Math.min(pause, Math.max(1, ends - clock.monotonic())), stop);
    } catch {
      return null;
    }
    pause = Math.min(LAST_POLL_MS, pause * 2);
  }
}

/** A probe that throws could not tell: unknown, never healthy. */
export async function probeSafely(probe: () => Promise<Health>): Promise<Health> {
  try {
    return await probe();
  } catch (error) {
    return { is: 'unknown', reason: asKeelsonError(error).toReason() };
  }
}

function notWell(change: Change<unknown>, health: Health): Reason {
  const last = health.reason?.message ?? health.is;
  return executionError('KSN-EXEC-002', `${change.address} is ${health.is}: ${last}`, {
    element: change.address,
  }).toReason();
}
