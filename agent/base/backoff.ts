import type { Entropy } from './entropy.ts';

/** How long to wait between tries that fail. */
export interface BackoffPolicy {
  /** The first delay, in milliseconds. */
  readonly baseMs: number;
  /** Each delay is this many times the one before. */
  readonly factor: number;
  /** No delay is longer. */
  readonly capMs: number;
  /** Share of each delay that is left to chance, 0 … 1: a herd that failed together does not return together. */
  readonly jitter: number;
}

/** The delay of the n-th step (0 = first), before jitter. */
export function backoffStep(policy: BackoffPolicy, step: number): number {
  // 2^1024 is Infinity, which the cap still bounds.
  return Math.min(policy.capMs, policy.baseMs * policy.factor ** step);
}

/**
 * Delays without end, each within [(1 - jitter) × d, d]. Success starts a new one: a schedule that lives
 * longer than the trouble it was made for is how reconnects stay slow for ever.
 */
export function* backoff(policy: BackoffPolicy, entropy: Entropy): Generator<number, never, undefined> {
  for (let step = 0; ; step += 1) {
    yield backoffStep(policy, step) * (1 - policy.jitter * entropy.fraction());
  }
}
