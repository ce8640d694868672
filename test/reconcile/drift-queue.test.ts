import t from 'tap';
import { DriftQueue } from '../../agent/reconcile/drift-queue.ts';

t.test('an address is due when it has rested', async (t) => {
  const queue = new DriftQueue();
  queue.add('file:/a', 0, 2_000);
  t.equal(queue.dueIn(500), 1_500);
  t.equal(queue.take(1_999), null);
  t.same(queue.take(2_000), new Set(['file:/a']));
  t.equal(queue.empty, true);
});

t.test('hints that keep coming do not put a repair off for ever', async (t) => {
  const queue = new DriftQueue();
  queue.add('file:/a', 0, 2_000);
  for (let at = 100; at < 4_000; at += 100) queue.add('file:/a', at, 2_000);
  t.ok((queue.dueIn(4_000) ?? 1) <= 2_000);
});

t.test('looking at everything takes the rest along', async (t) => {
  const queue = new DriftQueue();
  queue.add('file:/a', 0, 60_000);
  queue.everything(10);
  t.equal(queue.take(10), 'everything');
  t.equal(queue.empty, true);
});
