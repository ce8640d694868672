import t from 'tap';
import { StatusFeed } from '../../agent/reconcile/status-feed.ts';
import type { NodeStatus } from '../../agent/report/status.ts';

/** A feed whose statuses differ in their number alone. */
function numbered() {
  const told: number[] = [];
  const feed = new StatusFeed(
    (before) => ({ seq: (before?.seq ?? 0) + 1 }) as NodeStatus,
    ({ seq }) => void told.push(seq),
  );
  return { feed, told };
}

t.test('draws the first when it is asked, and the next from the one before', async (t) => {
  const { feed, told } = numbered();
  t.equal(feed.current.seq, 1);
  t.equal(feed.current.seq, 1, 'asking draws nothing anew');
  feed.publish();
  t.equal(feed.current.seq, 2);
  t.strictSame(told, [1, 2]);
});

t.test('who follows slowly gets the newest, not every one', async (t) => {
  const { feed } = numbered();
  const over = new AbortController();
  const following = feed.watch(over.signal)[Symbol.asyncIterator]();
  t.equal((await following.next()).value?.seq, 1);
  feed.publish();
  feed.publish();
  t.equal((await following.next()).value?.seq, 3);
  const waiting = following.next();
  over.abort();
  t.strictSame(await waiting, { done: true, value: undefined }, 'an abort ends whoever waits');
});
