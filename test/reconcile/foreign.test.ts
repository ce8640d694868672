import t from 'tap';
import { EngineNode, verified } from '../support/engine-node.ts';

t.test('what is foreign in an exclusive folder is told once, and again after it was gone', async (t) => {
  await using node = await EngineNode.on();
  await node.start();
  await node.write('/srv/e/stray', 'x\n');
  await node.accept(verified(1, { directories: { '/srv/e': { exclusive: true } } }));
  const told = (): number => node.events.filter((event) => event.type === 'ForeignFound').length;
  await node.clock.advance(2 * 60 * 60_000);
  t.equal(told(), 1);
  await node.clock.advance(2 * 60 * 60_000);
  t.equal(told(), 1);
  await node.fs.remove('/srv/e/stray');
  await node.clock.advance(2 * 60 * 60_000);
  await node.write('/srv/e/stray', 'y\n');
  await node.clock.advance(2 * 60 * 60_000);
  t.equal(told(), 2);
});
