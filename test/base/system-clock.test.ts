import t from 'tap';
import { getEventListeners } from 'node:events';
import { systemClock } from '../../agent/base/system-clock.ts';

t.test('sleeps about as long as asked', async (t) => {
  const before = systemClock.monotonic();
  await systemClock.sleep(30);
  const took = systemClock.monotonic() - before;
  t.ok(took >= 29 && took < 2_000, `${took}`);
});

t.test('zero and less wake at the next macrotask', async (t) => {
  let microtasks = 0;
  const woken = Promise.all([systemClock.sleep(0), systemClock.sleep(-5)]);
  await Promise.resolve().then(() => (microtasks += 1));
  await woken;
  t.equal(microtasks, 1);
});

t.test('an abort rejects with its reason and leaves no listener', async (t) => {
  const controller = new AbortController();
  const sleep = systemClock.sleep(60_000, controller.signal);
  const reason = new Error('enough');
  controller.abort(reason);
  await t.rejects(sleep, reason);
  await t.rejects(systemClock.sleep(1, controller.signal), reason, 'aborted before');
});

t.test('a thousand sleeps leave no listener on a long-lived signal', async (t) => {
  const controller = new AbortController();
  for (let i = 0; i < 1_000; i += 1) await systemClock.sleep(0, controller.signal);
  await systemClock.sleep(1, controller.signal);
  t.equal(getEventListeners(controller.signal, 'abort').length, 0);
});

t.test('a sleep beyond the longest timer does not fire at once', async (t) => {
  const controller = new AbortController();
  let woke = false;
  const sleep = systemClock.sleep(40 * 86_400_000, controller.signal).then(() => (woke = true));
  await systemClock.sleep(20);
  t.equal(woke, false);
  controller.abort(new Error('over'));
  await t.rejects(sleep, { message: 'over' });
});
