import type { Reason } from '../base/errors.ts';
import type { TxId } from '../apply/records.ts';
import { holdGates } from '../health/hold.ts';
import type { Reconciliation } from './context.ts';
import type { Desired } from './desired.ts';
import type { GateCheck } from './gates-of.ts';
import { guardsHold } from './guards.ts';

/** 'held', 'stopped', or why not. A gate that nobody can judge fails only what changed. */
export async function gatesHold(
  r: Reconciliation,
  tx: TxId,
  desired: Desired,
  checks: readonly GateCheck[],
  stop: AbortSignal,
): Promise<'held' | 'stopped' | Reason> {
  const { stableForMs, deadlineMs } = desired.spec?.health ?? { stableForMs: 10_000, deadlineMs: 600_000 };
  const cutOff = await guardsHold(r, tx, desired, stop);
  if (cutOff !== null) return cutOff;
  for (;;) {
    let unknownOfChanged = false;
    try {
      const outcome = await holdGates({
        checks,
        stableForMs,
        deadlineMs,
        clock: r.execution.clock,
        signal: stop,
        onRound: (results) => {
          unknownOfChanged = results.some(
            ({ health }, index) => health.is === 'unknown' && checks[index]?.ofChanged === true,
          );
        },
      });
      r.board.unremark('gates');
      if (outcome.held) return 'held';
      if (!outcome.unknownOnly || unknownOfChanged) return outcome.why;
      r.board.remark('gates', outcome.why);
      r.execution.progressed();
    } catch (error) {
      if (stop.aborted) return 'stopped';
      throw error;
    }
  }
}
