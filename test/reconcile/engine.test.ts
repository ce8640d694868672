import t from 'tap';
import { EngineNode, verified } from '../support/engine-node.ts';

const file = (inline: string, more: object = {}): object => ({ content: { inline }, ...more });

t.test('a generation is brought about, judged good, and leaves nothing to do', async (t) => {
  await using node = await EngineNode.on();
  await node.start();
  const status = await node.accept(
    verified(1, {
      files: { '/etc/haproxy/haproxy.cfg': file('global\n') },
      links: { '/etc/l': { target: 'haproxy' } },
    }),
  );
  t.equal(await node.text('/etc/haproxy/haproxy.cfg'), 'global\n');
  t.equal(status.verdict, 'OK');
  t.same(status.lastKnownGood, { series: 'lb', generation: 1, digest: status.wanted?.digest });
  const preview = await node.engine.preview();
  t.same(preview.waves, []);
  t.equal(preview.same, 2);
});

t.test('drift is repaired after it has rested', async (t) => {
  await using node = await EngineNode.on();
  await node.start();
  await node.accept(verified(1, { files: { '/etc/motd': file('hello\n') } }));
  await node.write('/etc/motd', 'tampered\n');
  await node.clock.advance(1_000);
  t.equal(await node.text('/etc/motd'), 'tampered\n');
  await node.clock.advance(2_000);
  await node.settled();
  t.equal(await node.text('/etc/motd'), 'hello\n');
  t.ok(node.events.some((event) => event.type === 'DriftRepaired'));
});

t.test('a failing gate rolls back to the last known good, with the reason', async (t) => {
  await using node = await EngineNode.on();
  await node.start();
  await node.write('/etc/foreign', 'before\n');
  await node.accept(verified(1, { files: { '/etc/a': file('one\n') } }));
  const gate = { file: '/run/never' };
  const status = await node.accept(
    verified(2, {
      files: { '/etc/a': file('two\n', { gates: [gate] }), '/etc/b': file('new\n'), '/etc/foreign': file('ours\n') },
    }),
  );
  t.equal(status.verdict, 'RolledBack');
  t.match(status.reason?.message, /\/run\/never/);
  t.equal(await node.text('/etc/a'), 'one\n');
  t.equal(await node.text('/etc/b'), null);
  t.equal(await node.text('/etc/foreign'), 'before\n');
  t.equal(status.running?.generation, 1);
  t.equal(node.state.open.size, 0);
});
