/**
 * Waits until every check has held, without a break, for long enough; or until it is clear that this will not happen.
 *
 * - A round asks all checks at once. A round is good when each is `healthy`, or `unjudged` (nothing here can judge it).
 * - The clock of `stableForMs` starts when the first good round has ended, and starts over after every other round.
 *   It has held when a round that began `stableForMs` later is good too.
 * - At the deadline a stretch that is still unbroken may run to its end; anything else is decided by the last round:
 *   `unhealthy` with its own reason, `progressing` as "did not become healthy", and when neither is left, `unknown`.
 */
import type { Clock } from '../base/clock.ts';
import { DeadlineError, withDeadline } from '../base/deadline.ts';

import { asKeelsonError, type Reason } from '../base/errors.ts';
import { formatDuration } from '../base/units.ts';
import type { Health } from '../resources/kind.ts';
import { healthError } from './errors.ts';

export interface HealthCheck {
  /** What is checked, for people: `pod:haproxy`, `http http://127.0.0.1:8404/healthz`. */
  readonly subject: string;
  readonly check: (signal: AbortSignal) => Promise<Health>;
}

/** What one check said in one round. */
export interface CheckResult {
  readonly subject: string;
  readonly health: Health;
}

/** What is to hold, and how long; durations are of the monotonic clock. */
export interface Hold {
  readonly checks: readonly HealthCheck[];
  readonly stableForMs: number;
  readonly deadlineMs: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** After every round, for the status: what was found, and how long everything has held (null: it does not). */
  readonly onRound?: (results: readonly CheckResult[], heldMs: number | null) => void;
}

export type HoldOutcome =
  | { readonly held: true }
  /** unknownOnly: no evidence against anything, only checks that could not be made. */
  | { readonly held: false; readonly why: Reason; readonly unknownOnly: boolean };

/** Rounds begin this far apart: fine enough to see a break in a short stretch, at most every 100 ms. */
const SHORTEST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2_000;
const ROUNDS_PER_STRETCH = 20;

/** Rejects only when `signal` aborts. */
export async function holdGates(hold: Hold): Promise<HoldOutcome> {
  const { checks, stableForMs, deadlineMs, clock, signal, onRound } = hold;
  const pauseMs = Math.min(LONGEST_PAUSE_MS, Math.max(SHORTEST_PAUSE_MS, stableForMs / ROUNDS_PER_STRETCH));
  const deadline = clock.monotonic() + deadlineMs;
  let goodSince: number | null = null;
  let results: readonly CheckResult[] = [];
  for (;;) {
    const begun = clock.monotonic();
    const end = goodSince === null ? deadline : Math.max(deadline, goodSince + stableForMs);
    // At the end itself a last round still gets a moment.
    const limitMs = Math.max(end - begun, SHORTEST_PAUSE_MS);
    const before = results;
    results = await Promise.all(checks.map((check, index) => ask(check, before[index], limitMs, clock, signal)));
    const now = clock.monotonic();
    if (results.every(({ health }) => isGood(health))) {
      goodSince ??= now;
      onRound?.(results, now - goodSince);
      if (stableForMs === 0 || begun - goodSince >= stableForMs) return { held: true };
      // Whole milliseconds: a rest lost in rounding would be waited for without end.
      await clock.sleep(Math.min(pauseMs, Math.max(1, Math.ceil(goodSince + stableForMs - now))), signal);
    } else {
      goodSince = null;
      onRound?.(results, null);
      if (now >= deadline) return { held: false, ...judge(results, deadlineMs) };
      await clock.sleep(Math.min(pauseMs, Math.ceil(deadline - now)), signal);
    }
  }
}

function isGood({ is }: Health): boolean {
  return is === 'healthy' || is === 'unjudged';
}

/** A check that throws is unknown; so is one that does not answer while there is time, unless it had spoken against health before. */
async function ask(
  { subject, check }: HealthCheck,
  before: CheckResult | undefined,
  limitMs: number,
  clock: Clock,
  signal: AbortSignal,
): Promise<CheckResult> {
  try {
    return { subject, health: await withDeadline(clock, limitMs, signal, check) };
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof DeadlineError))
      return { subject, health: { is: 'unknown', reason: asKeelsonError(error).toReason() } };
    if (before !== undefined && !isGood(before.health)) return before;
    const reason = healthError('KSN-GATE-006', `${subject} gave no answer before the deadline`, {
      element: subject,
    }).toReason();
    return { subject, health: { is: 'unknown', reason } };
  }
}

function judge(
  results: readonly CheckResult[],
  deadlineMs: number,
): { readonly why: Reason; readonly unknownOnly: boolean } {
  const bad = results.find(({ health }) => health.is === 'unhealthy');
  if (bad !== undefined) return { why: reasonOf(bad, 'is unhealthy'), unknownOnly: false };
  const slow = results.find(({ health }) => health.is === 'progressing');
  if (slow !== undefined) {
    const last = slow.health.reason === undefined ? '' : `; last: ${slow.health.reason.message}`;
    const message = `${slow.subject} did not become healthy within ${formatDuration(deadlineMs)}${last}`;
    return { why: healthError('KSN-GATE-008', message, { element: slow.subject }).toReason(), unknownOnly: false };
  }
  const unknown = results.find(({ health }) => health.is === 'unknown') ?? {
    subject: 'health',
    health: { is: 'unknown' } as const,
  };
  return { why: reasonOf(unknown, 'could not be checked'), unknownOnly: true };
}

function reasonOf({ subject, health }: CheckResult, otherwise: string): Reason {
  return health.reason ?? healthError('KSN-GATE-006', `${subject} ${otherwise}`, { element: subject }).toReason();
}
