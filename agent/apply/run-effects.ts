import { DeadlineError, withDeadline } from '../base/deadline.ts';
import { asKeelsonError, type Reason } from '../base/errors.ts';
import { EffectSkipped } from '../resources/process-effects.ts';
import type { Address, EffectSupport } from '../resources/kind.ts';
import { executionError } from './execution-errors.ts';
import type { Execution, Failure } from './execution.ts';
import { owedEffects, type OwedEffect } from './owed-effects.ts';
import type { TxId } from './records.ts';

const EFFECT_DEADLINE_MS = 60_000;

/**
 * Runs what the transaction owes now, each once, then records it. Targets in `later` are left: their own change
 * is still to come. What failed stays owed: what comes of it (a verdict, another try) is durable only later, and a
 * crash between the two must not forget it.
 */
export async function runEffects(
  execution: Execution,
  tx: TxId,
  options: { readonly later: ReadonlySet<string>; readonly signal: AbortSignal },
): Promise<readonly Failure[]> {
  const open = execution.book.state.open.get(tx);
  if (open === undefined) return [];
  const failures: Failure[] = [];
  for (const effect of owedEffects(open, execution.bootId)) {
    if (options.later.has(effect.target)) continue;
    options.signal.throwIfAborted();
    const outcome = await runOne(execution, effect, options.signal);
    if (outcome.is === 'failed') {
      const reason = executionError(
        'KSN-EXEC-003',
        `${effect.verb} ${effect.target} failed: ${outcome.reason.message}`,
        { element: effect.target },
      ).toReason();
      execution.events.emit({ type: 'EffectFailed', message: reason.message, tx, reason });
      for (const address of effect.owedBy) failures.push({ address: address as Address, reason });
      continue;
    }
    execution.events.emit({
      type: outcome.is === 'ok' ? 'EffectRun' : 'EffectSkipped',
      message: outcome.is === 'ok' ? `${effect.verb} ${effect.target}` : outcome.reason.message,
      tx,
    });
    const recorded = { t: 'effect', tx, key: effect.id, outcome: outcome.is, bootId: execution.bootId } as const;
    await execution.book.commit(outcome.is === 'ok' ? recorded : { ...recorded, reason: outcome.reason });
  }
  return failures;
}

type EffectOutcome = { readonly is: 'ok' } | { readonly is: 'failed' | 'skipped'; readonly reason: Reason };

async function runOne(execution: Execution, effect: OwedEffect, signal: AbortSignal): Promise<EffectOutcome> {
  const support = supportOf(execution, effect.target);
  try {
    if (support === undefined) throw new EffectSkipped(`nothing here can ${effect.verb} ${effect.target}`);
    await withDeadline(execution.clock, EFFECT_DEADLINE_MS, signal, (limited) =>
      support.run(effect, execution.hosts.mutate, limited),
    );
    return { is: 'ok' };
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (error instanceof EffectSkipped) {
      return {
        is: 'skipped',
        reason: executionError('KSN-EXEC-004', error.message, { element: effect.target }).toReason(),
      };
    }
    if (error instanceof DeadlineError) {
      return {
        is: 'failed',
        reason: executionError('KSN-EXEC-001', `it took longer than ${EFFECT_DEADLINE_MS / 1000} s`).toReason(),
      };
    }
    return { is: 'failed', reason: asKeelsonError(error).toReason() };
  }
}

function supportOf(execution: Execution, target: string): EffectSupport | undefined {
  const prefix = target.slice(0, target.indexOf(':'));
  const own = execution.kinds.map((kind) => kind.effects).filter((support) => support !== undefined);
  return [...own, ...execution.effects].find((support) => support.prefixes.includes(prefix));
}
