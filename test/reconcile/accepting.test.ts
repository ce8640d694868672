import t from 'tap';
import { EngineNode, verified } from '../support/engine-node.ts';

const file = (inline: string): object => ({ content: { inline } });

async function nodeWithOne(): Promise<EngineNode> {
  const node = await EngineNode.on();
  await node.start();
  await node.accept(verified(1, { files: { '/etc/a': file('one\n') } }));
  return node;
}

t.test('rule 25: of two that arrive at once the newer wins, in whatever order they ask', async (t) => {
  for (const order of [
    [6, 5],
    [5, 6],
  ]) {
    await using node = await nodeWithOne();
    const asked = order.map((n) => node.engine.accept(verified(n, { files: { '/etc/a': file(`${n}\n`) } })));
    await node.clock.runUntil(Promise.allSettled(asked));
    const status = await node.settled();
    t.same([status.wanted?.generation, status.running?.generation, await node.text('/etc/a')], [6, 6, '6\n']);
    t.same(node.state.anomalies, []);
  }
});

t.test('rule 25: of two documents of one number that arrive at once one is refused, with an alarm', async (t) => {
  await using node = await nodeWithOne();
  const asked = ['A', 'B'].map((word) => node.engine.accept(verified(2, { files: { '/etc/a': file(`${word}\n`) } })));
  const [a, b] = await node.clock.runUntil(Promise.allSettled(asked));
  await node.settled();
  t.same([a?.status, b?.status], ['fulfilled', 'rejected']);
  t.equal(await node.text('/etc/a'), 'A\n');
  t.equal(node.events.filter((event) => event.type === 'SpecRefused').length, 1);
});

t.test('rule 24: a basis that went stale while another spec was accepted is refused', async (t) => {
  await using node = await nodeWithOne();
  const { basis } = await node.engine.preview();
  const first = node.engine.accept(verified(2, { files: { '/etc/a': file('two\n') } }));
  const second = node.engine.accept(verified(3, { files: { '/etc/a': file('three\n') } }), basis);
  const [, refused] = await node.clock.runUntil(Promise.allSettled([first, second]));
  t.match(refused, { status: 'rejected', reason: { code: 'KSN-ENGINE-009' } });
  await node.settled();
  t.equal(await node.text('/etc/a'), 'two\n');
});

t.test('without a spec the node waits for one, and says why the one it has was refused', async (t) => {
  await using node = await EngineNode.on();
  await node.start();
  const status = await node.settled();
  t.match(status, { verdict: 'Waiting', reason: { code: 'KSN-ENGINE-014' } });
  const reason = { code: 'KSN-VERIFY-015', fault: 'caller', message: 'nobody signed it' } as const;
  node.engine.refused('folder:/etc/keelson/specs.d/x.yaml', reason);
  t.match(node.engine.status(), { verdict: 'Waiting', reason });
  node.engine.refused('folder:/etc/keelson/specs.d/x.yaml', null);
  t.match(node.engine.status(), { reason: { code: 'KSN-ENGINE-014' } });
});

t.test('a pod that nothing here can judge is placed, also after a rollback', async (t) => {
  await using node = await EngineNode.on();
  await node.start();
  const pods = {
    web: {
      pod: {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'web' },
        spec: { containers: [{ name: 'web', image: 'x' }] },
      },
    },
  };
  const good = await node.accept(verified(1, { staticPods: pods, files: { '/etc/a': file('one\n') } }));
  t.same(good.counts, { ok: 1, placed: 1 });
  const bad = { content: { inline: 'two\n' }, gates: [{ file: '/run/never' }] };
  const back = await node.accept(verified(2, { files: { '/etc/a': bad } }));
  t.equal(back.verdict, 'RolledBack');
  t.same(back.counts, { ok: 1, placed: 1 });
});
