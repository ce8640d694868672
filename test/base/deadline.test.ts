import t from 'tap';
import { getEventListeners } from 'node:events';
import { DeadlineError, withDeadline } from '../../agent/base/deadline.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const never = () => new Promise<never>(() => {});

t.test('passes the outcome on and leaves neither sleeper nor listener', async (t) => {
  const clock = new VirtualClock();
  const { signal } = new AbortController();
  t.equal(await withDeadline(clock, 100, signal, async () => 7), 7);
  await t.rejects(
    withDeadline(clock, 100, signal, () => Promise.reject(new Error('own'))),
    { message: 'own' },
  );
  await clock.advance(0);
  t.equal(clock.sleeping, 0);
  t.equal(getEventListeners(signal, 'abort').length, 0);
});

t.test('ends work that listens and leaves work that does not', async (t) => {
  const clock = new VirtualClock();
  const { signal } = new AbortController();
  let told: unknown;
  const late = withDeadline(clock, 100, signal, (inner) => {
    inner.addEventListener('abort', () => (told = inner.reason));
    return never();
  });
  late.catch(() => {});
  await clock.advance(99);
  t.equal(told, undefined);
  await clock.advance(1);
  await t.rejects(late, DeadlineError);
  t.type(told, DeadlineError);
});

t.test('an abort from outside keeps its own reason', async (t) => {
  const clock = new VirtualClock();
  const controller = new AbortController();
  const work = withDeadline(clock, 100, controller.signal, never);
  controller.abort(new Error('stop'));
  await t.rejects(work, { message: 'stop' });
  await t.rejects(
    withDeadline(clock, 100, controller.signal, async () => t.fail('started')),
    { message: 'stop' },
  );
  await clock.advance(0);
  t.equal(clock.sleeping, 0);
});
