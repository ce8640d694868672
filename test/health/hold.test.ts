import t from 'tap';
import fc from 'fast-check';
import { getEventListeners } from 'node:events';
import { holdGates, type CheckResult, type Hold, type HealthCheck, type HoldOutcome } from '../../agent/health/hold.ts';
import { healthError } from '../../agent/health/errors.ts';
import type { Health } from '../../agent/resources/kind.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const bad = (message: string) => healthError('KSN-GATE-004', message).toReason();
const is = (state: Health['is'], message?: string): Health => ({
  is: state,
  ...(message !== undefined && { reason: bad(message) }),
});

/** A check whose answer depends on the time since its clock began. */
function scripted(clock: VirtualClock, script: (ms: number) => Health, subject = 'x'): HealthCheck {
  const start = clock.monotonic();
  return { subject, check: async () => script(clock.monotonic() - start) };
}

async function hold(
  clock: VirtualClock,
  checks: readonly HealthCheck[],
  more: Partial<Hold> = {},
): Promise<HoldOutcome & { at: number }> {
  const { signal } = new AbortController();
  const outcome = await clock.runUntil(
    holdGates({ checks, stableForMs: 10_000, deadlineMs: 600_000, clock, signal, ...more }),
  );
  return { ...outcome, at: clock.monotonic() };
}

t.test('holds after exactly the stable time', async (t) => {
  const clock = new VirtualClock();
  t.match(await hold(clock, [scripted(clock, () => is('healthy'))]), { held: true, at: 10_000 });
});

t.test('nothing to check holds at once when no time is asked', async (t) => {
  const clock = new VirtualClock();
  t.match(await hold(clock, [], { stableForMs: 0 }), { held: true, at: 0 });
  t.match(await hold(clock, [scripted(clock, () => is('healthy'))], { stableForMs: 0 }), { held: true, at: 0 });
});

t.test('a break starts the stretch over, whatever kind of break', async (t) => {
  for (const state of ['unhealthy', 'unknown', 'progressing'] as const) {
    const clock = new VirtualClock();
    const check = scripted(clock, (ms) => is(ms >= 8_000 && ms < 9_000 ? state : 'healthy'));
    const { held, at } = await hold(clock, [check]);
    t.equal(held, true);
    t.ok(at >= 19_000 && at <= 19_500, `${state} ${at}`);
  }
});

t.test('unjudged is left out, but not made up for', async (t) => {
  const clock = new VirtualClock();
  const pod = scripted(clock, () => is('unjudged'), 'pod:x');
  t.match(await hold(clock, [pod, scripted(clock, () => is('healthy'))]), { held: true });
  t.match(await hold(new VirtualClock(), [pod]), { held: true });
  t.match(await hold(clock, [pod, scripted(clock, () => is('unhealthy', 'no'))]), { held: false });
});

t.test('at the deadline the last reason decides', async (t) => {
  const clock = new VirtualClock();
  const check = scripted(clock, (ms) => is('unhealthy', ms < 500_000 ? 'first' : 'then'));
  t.match(await hold(clock, [check]), { held: false, unknownOnly: false, why: { message: 'then' }, at: 600_000 });
});

t.test('evidence before lateness before ignorance', async (t) => {
  const clock = new VirtualClock();
  const blind = scripted(clock, () => is('unknown', 'cannot look'), 'blind');
  const slow = scripted(clock, () => is('progressing', 'pulling'), 'slow');
  const sick = scripted(clock, () => is('unhealthy', 'exit 1'), 'sick');
  t.match(await hold(clock, [blind, slow, sick]), { held: false, unknownOnly: false, why: { message: 'exit 1' } });
  t.match(await hold(clock, [blind, slow]), {
    held: false,
    unknownOnly: false,
    why: { code: 'KSN-GATE-008', element: 'slow', message: 'slow did not become healthy within 10m; last: pulling' },
  });
  t.match(await hold(clock, [blind, scripted(clock, () => is('healthy'))]), {
    held: false,
    unknownOnly: true,
    why: { message: 'cannot look' },
  });
});

t.test('a stretch that is unbroken at the deadline may run to its end', async (t) => {
  const clock = new VirtualClock();
  const check = scripted(clock, (ms) => is(ms < 595_000 ? 'progressing' : 'healthy'));
  const { held, at } = await hold(clock, [check]);
  t.equal(held, true);
  t.ok(at >= 605_000 && at < 606_000, `${at}`);

  const second = new VirtualClock();
  const flapping = scripted(second, (ms) => (ms < 595_000 || ms > 601_000 ? is('unhealthy', 'flaps') : is('healthy')));
  t.match(await hold(second, [flapping]), { held: false, why: { message: 'flaps' } });
  t.ok(second.monotonic() < 602_000);
});

t.test('a check that throws is unknown; one that hangs does not hold the verdict', async (t) => {
  const clock = new VirtualClock();
  const broken: HealthCheck = { subject: 'broken', check: () => Promise.reject(new Error('planned')) };
  t.match(await hold(clock, [broken]), { held: false, unknownOnly: true, why: { code: 'KSN-BASE-001' } });
  const hangs: HealthCheck = { subject: 'hangs', check: () => new Promise(() => {}) };
  const { at, ...outcome } = await hold(new VirtualClock(), [hangs]);
  t.match(outcome, { held: false, unknownOnly: true, why: { code: 'KSN-GATE-006', element: 'hangs' } });
  t.equal(at, 600_000);
});

t.test('evidence is not lost when the last round is cut short', async (t) => {
  const clock = new VirtualClock();
  const slow: HealthCheck = {
    subject: 'slow',
    check: async (signal) => {
      await clock.sleep(70_000, signal);
      return is('unhealthy', 'answered 503');
    },
  };
  t.match(await hold(clock, [slow]), {
    held: false,
    unknownOnly: false,
    why: { message: 'answered 503' },
    at: 600_000,
  });
});

t.test('an abort ends it and leaves nothing behind', async (t) => {
  const clock = new VirtualClock();
  const controller = new AbortController();
  const held = holdGates({
    checks: [scripted(clock, () => is('healthy'))],
    stableForMs: 10_000,
    deadlineMs: 600_000,
    clock,
    signal: controller.signal,
  });
  held.catch(() => {});
  await clock.advance(5_000);
  controller.abort(new Error('superseded'));
  await t.rejects(held, { message: 'superseded' });
  t.equal(clock.sleeping, 0);
  t.equal(getEventListeners(controller.signal, 'abort').length, 0);
});

t.test('every round is told, with how long it has held', async (t) => {
  const clock = new VirtualClock();
  const seen: (number | null)[] = [];
  const onRound = (results: readonly CheckResult[], heldMs: number | null) => {
    t.equal(results[0]?.subject, 'x');
    seen.push(heldMs);
  };
  await hold(clock, [scripted(clock, (ms) => is(ms < 1_000 ? 'progressing' : 'healthy'))], {
    stableForMs: 2_000,
    onRound,
  });
  t.strictSame(seen.filter((ms) => ms === null).length, 10);
  t.equal(seen.at(-1), 2_000);
});

t.test('never calls held what had a break that it could see, and never waits longer than it must', async () => {
  const stretch = fc.record({
    ms: fc.integer({ min: 400, max: 30_000 }),
    state: fc.constantFrom('healthy', 'unhealthy', 'unknown', 'progressing'),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(stretch, { minLength: 1, maxLength: 8 }),
      fc.integer({ min: 0, max: 8_000 }),
      async (stretches, stableForMs) => {
        const clock = new VirtualClock();
        const stateAt = (ms: number): Health['is'] => {
          let end = 0;
          for (const each of stretches) {
            end += each.ms;
            if (ms < end) return each.state;
          }
          return 'unhealthy';
        };
        const { held, at } = await hold(clock, [scripted(clock, (ms) => is(stateAt(ms)))], {
          stableForMs,
          deadlineMs: 60_000,
        });
        // Breaks shorter than a pause may pass unseen; these are all longer.
        const unbroken = [...Array(Math.floor(stableForMs / 10) + 1).keys()].every(
          (i) => stateAt(Math.max(0, at - i * 10)) === 'healthy',
        );
        if (held && !unbroken) throw new Error(`held at ${at} over a break`);
        if (!held && at < 60_000) throw new Error(`gave up at ${at}`);
        if (at > 60_000 + stableForMs + 500) throw new Error(`waited until ${at}`);
      },
    ),
    { numRuns: 150 },
  );
});
