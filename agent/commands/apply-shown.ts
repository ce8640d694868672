/**
 * Hands over what was shown. The agent refuses a basis that is no longer its own, and everything it writes down moves
 * that on: also a repair of something else, which says nothing about this plan. So the plan is made again; where it
 * has nothing that was not shown, it is still the one that was agreed to.
 */
import { isDeepStrictEqual } from 'node:util';
import { KeelsonError } from '../base/errors.ts';
import type { ControlClient } from '../control/client.ts';
import type { ApplyAnswer, ApplyRequest } from '../control/protocol.ts';
import type { Preview } from '../plan/preview.ts';

/** An agent that repairs something again and again is one to look at. */
const TRIES = 4;

/** @throws KSN-ENGINE-009 where another plan would run than the one that was shown. */
export async function applyShown(
  agent: ControlClient,
  shown: Preview,
  planAgain: () => Promise<Preview>,
  request: Omit<ApplyRequest, 'basis'>,
): Promise<ApplyAnswer> {
  let { basis } = shown;
  for (let tries = 1; ; tries += 1) {
    try {
      return await agent.apply({ ...request, basis });
    } catch (error) {
      const isStale = error instanceof KeelsonError && error.code === 'KSN-ENGINE-009';
      if (!isStale || tries === TRIES) throw error;
      const now = await planAgain();
      if (!wasShown(now, shown)) throw error;
      basis = now.basis;
    }
  }
}

/** Fewer changes are none that were not shown: what drifted may have been put back meanwhile. */
function wasShown(now: Preview, shown: Preview): boolean {
  const known = shown.waves.flat();
  const isKnown = (change: unknown): boolean => known.some((one) => isDeepStrictEqual(one, change));
  return (
    (['from', 'to', 'signers', 'withheld', 'waits', 'held'] as const).every((key) =>
      isDeepStrictEqual(now[key], shown[key]),
    ) && now.waves.flat().every(isKnown)
  );
}
