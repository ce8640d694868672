/** What the status says of looking and holding, for those who alert on it. */
import t from 'tap';
import { losesNothing } from '../../hostfs/memory-crash.ts';
import { unmetOf } from '../../agent/debug/readiness.ts';
import { EngineNode, verified } from '../support/engine-node.ts';

const HOUR = 60 * 60_000;
const spec = verified(1, { files: { '/etc/a': { content: { inline: 'a\n' } } } });

t.test('when everything was last looked at: at the start, then at least hourly, and anew in each run', async (t) => {
  await using node = await EngineNode.on();
  await node.start();
  t.equal(node.engine.status().lookedAt, undefined, 'ready, and nothing looked at yet');
  t.ok(unmetOf(node.engine.status()).some(({ code }) => code === 'KSN-DEBUG-002'));
  await node.accept(spec);
  const { lookedAt: first = 0 } = node.engine.status();
  t.ok(first > 0 && first <= node.clock.now());
  t.strictSame(unmetOf(node.engine.status()), []);
  await node.clock.advance(HOUR + 60_000);
  const { lookedAt: second = 0 } = node.engine.status();
  t.ok(second > first && node.clock.now() - second <= HOUR, `${second - first} ms later`);
  await node.stop();
  await using after = await node.crash(losesNothing);
  await after.start();
  t.equal(after.engine.status().lookedAt, undefined, 'what an earlier run saw may have changed since');
});

t.test('since when a hold is in force', async (t) => {
  await using node = await EngineNode.on();
  await node.start();
  await node.accept(spec);
  const since = node.clock.now();
  const hold = {
    id: 'h',
    address: null,
    kind: 'hold',
    by: 'ana',
    reason: 'ntp',
    since,
    expires: since + HOUR,
  } as const;
  await node.engine.override(hold);
  await node.clock.advance(60_000);
  t.strictSame(node.engine.status().overrides, [hold]);
  await node.clock.advance(HOUR);
  t.strictSame(node.engine.status().overrides, []);
});
