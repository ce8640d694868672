/** Guards of changes that can cut the agent off: what they must reach is reached, or the verdict is bad. */
import type { Reason } from '../base/errors.ts';
import { executionError } from '../apply/execution-errors.ts';
import type { TxId } from '../apply/records.ts';
import type { Change } from '../resources/kind.ts';
import { pause, type Reconciliation } from './context.ts';
import type { Desired } from './desired.ts';

const POLL_MS = 500;
const TCP_TIMEOUT_MS = 2_000;

/** Null: every guard's addresses were reached and its timer is disarmed. */
export async function guardsHold(
  r: Reconciliation,
  tx: TxId,
  desired: Desired,
  stop: AbortSignal,
): Promise<Reason | null> {
  const fired = new Set(await r.execution.guards.fired());
  for (const change of guardedChanges(r, tx)) {
    if (fired.has(change.id)) return guardFired(change);
    const guard = desired.items.find((item) => item.address === change.address)?.common.guard;
    const unreached = await firstUnreached(r, guard?.reach ?? [], guard?.withinMs ?? 0, stop);
    if (unreached !== null) return guardFired(change, unreached);
    await r.execution.guards.disarm(change.id);
  }
  return null;
}

export function guardedChanges(r: Reconciliation, tx: TxId): readonly Change<unknown>[] {
  const intents = r.execution.book.state.open.get(tx)?.intents ?? [];
  return intents.flatMap((intent) => intent.changes.filter((change) => change.guard !== undefined));
}

export function guardFired(change: Change<unknown>, unreached?: string): Reason {
  const why = unreached === undefined ? 'its guard fired' : `${unreached} could not be reached`;
  return executionError('KSN-EXEC-007', `${change.address}: ${why}`, { element: change.address }).toReason();
}

async function firstUnreached(
  r: Reconciliation,
  reach: readonly string[],
  withinMs: number,
  stop: AbortSignal,
): Promise<string | null> {
  const ends = r.execution.clock.monotonic() + withinMs;
  for (const target of reach) {
    for (;;) {
      if (await reached(r, target, stop)) break;
      if (stop.aborted) return null;
      if (r.execution.clock.monotonic() >= ends) return target;
      await pause(r, POLL_MS, stop);
    }
  }
  return null;
}

/** `tcp:HOST:PORT`, or `coordinator`, which counts as reached while this release has none. */
async function reached(r: Reconciliation, target: string, stop: AbortSignal): Promise<boolean> {
  const match = /^tcp:\[?(.+?)\]?:(\d+)$/.exec(target);
  if (match === null) return true;
  const [, host = '', port = '0'] = match;
  const health = await r.checkGate(
    { type: 'tcp', host, port: Number(port), boot: false, timeoutMs: TCP_TIMEOUT_MS },
    stop,
  );
  return health.is === 'healthy';
}
