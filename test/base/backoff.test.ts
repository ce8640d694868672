import t from 'tap';
import fc from 'fast-check';
import { backoff, backoffStep } from '../../agent/base/backoff.ts';
import type { Entropy } from '../../agent/base/entropy.ts';

const always = (fraction: number): Entropy => ({ bytes: (length) => new Uint8Array(length), fraction: () => fraction });

t.test('grows by its factor up to the cap', async (t) => {
  const delays = backoff({ baseMs: 100, factor: 2, capMs: 1_000, jitter: 0 }, always(0.9));
  t.strictSame(delays.take(6).toArray(), [100, 200, 400, 800, 1_000, 1_000]);
});

t.test('every delay stays within its jitter, however long it goes on', async () => {
  const policy = fc.record({
    baseMs: fc.integer({ min: 1, max: 60_000 }),
    factor: fc.double({ min: 1, max: 10, noNaN: true }),
    capMs: fc.integer({ min: 1, max: 86_400_000 }),
    jitter: fc.double({ min: 0, max: 1, noNaN: true }),
  });
  const fraction = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  fc.assert(
    fc.property(policy, fraction, fc.integer({ min: 0, max: 2_000 }), (p, f, step) => {
      const delay = [...backoff(p, always(f)).drop(step).take(1)][0] ?? Number.NaN;
      const full = backoffStep(p, step);
      return full <= p.capMs && delay <= full && delay >= full * (1 - p.jitter) - 1e-6;
    }),
    { numRuns: 200 },
  );
});

t.test('a new one starts over', async (t) => {
  const policy = { baseMs: 1, factor: 2, capMs: 64, jitter: 0 };
  const tired = backoff(policy, always(0));
  tired.take(5).toArray();
  t.equal(backoff(policy, always(0)).next().value, 1);
});
