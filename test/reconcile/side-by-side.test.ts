import t from 'tap';
import { Outsider } from '../hostfs/outsider.ts';
import { scriptedNode, things } from '../support/scripted-node.ts';

const LONG = { health: { stableForMs: 1_000, deadlineMs: 600_000 } } as const;
const HAPROXY = [{ target: 'unit:haproxy.service', verb: 'reload' }] as const;

t.test('rule 6: a repair goes on beside a generation, on other addresses', async (t) => {
  await using it = await scriptedNode();
  const { node, kind } = it;
  await node.accept(things(1, { pod: '1', file: '1' }));
  kind.script('pod').progressingMs = 100_000;
  await it.begin(things(2, { pod: '2', file: '1', last: { value: '2', dependsOn: ['thing:pod'] } }, LONG), 10_000);
  await it.tamper('file', 'tampered');
  await node.clock.advance(1_000);
  t.ok(node.opened.reconciliation.execution.busy.has('thing:pod'), 'busy until it has settled');
  await node.clock.advance(1_500);
  t.equal(await it.thing('file'), '1');
  const open = [...node.state.open.values()].map(({ cause }) => cause);
  t.same(open, ['generation']);
  kind.take('apply');
  await it.tamper('pod', 'tampered');
  await node.clock.advance(30_000);
  t.same(kind.take('apply'), [], 'maintenance keeps its hands off what the generation works on');
  await it.tamper('pod', '2');
  t.equal((await node.settled()).verdict, 'OK');
});

t.test('rule 6: a bad verdict undoes the generation and leaves the repair', async (t) => {
  await using it = await scriptedNode();
  const { node, kind } = it;
  await node.accept(things(1, { a: '1', file: '1' }));
  kind.script('a').unwell = (value) => value === '2';
  await it.begin(things(2, { a: '2', file: '1' }), 1_000);
  await it.tamper('file', 'tampered');
  await node.clock.advance(4_000);
  t.equal(await it.thing('file'), '1', 'repaired before the verdict');
  t.notOk(node.state.base.has('thing:file'), 'a repair gives no base to go back to');
  t.equal((await node.settled()).verdict, 'RolledBack');
  t.same([await it.thing('a'), await it.thing('file')], ['1', '1']);
});

t.test('rule 6: a generation waits for the repair of what it is to change', async (t) => {
  await using it = await scriptedNode();
  const { node, kind } = it;
  await node.accept(things(1, { a: '1', b: '1' }));
  kind.script('a').applyMs = 3_000;
  await it.tamper('a', 'tampered');
  await node.clock.advance(2_500);
  t.same(
    [...node.state.open.values()].map(({ cause }) => cause),
    ['repair'],
  );
  kind.deeds.length = 0;
  await it.begin(things(2, { a: '2', b: '2' }), 100);
  t.same(kind.take('apply'), [], 'of nothing yet');
  await node.clock.advance(3_000);
  kind.script('a').applyMs = 0;
  t.equal((await node.settled()).verdict, 'OK');
  t.same(kind.take('apply').toSorted(), ['a 1→2', 'b 1→2'], 'from what the repair has made');
});

t.test('rule 6: a repair owes the effects of what it puts back', async (t) => {
  await using it = await scriptedNode();
  await it.node.accept(things(1, { a: { value: '1', effects: HAPROXY } }));
  it.effects.length = 0;
  await it.tamper('a', 'tampered');
  await it.node.clock.advance(3_000);
  t.equal(await it.thing('a'), '1');
  t.equal(it.effects.length, 1);
});

t.test('rule 6: an edit in the very moment of a repair is not overlooked', async (t) => {
  await using it = await scriptedNode();
  const { node } = it;
  await node.accept(things(1, { a: '1' }));
  let edits = 1;
  using hand = new Outsider(node.machine.outside);
  let published = false;
  node.machine.onPrimitive = ({ primitive, args }) => {
    if (published && edits > 0) {
      edits -= 1;
      hand.write('/things/a', 'again');
    }
    published ||= primitive === 'rename' && args[3] === 'a';
  };
  hand.write('/things/a', 'tampered');
  await node.clock.advance(10_000);
  t.equal(edits, 0);
  t.equal(await it.thing('a'), '1');
});

t.test('rule 7: applies are serial, over both lanes', async (t) => {
  await using it = await scriptedNode();
  const { node, kind } = it;
  const section = (value: string) => Object.fromEntries(['a', 'b', 'c', 'd'].map((key) => [key, value]));
  await node.accept(things(1, { ...section('1'), x: '1', y: '1' }));
  for (const key of ['a', 'b', 'c', 'd', 'x', 'y']) kind.script(key).applyMs = 1_000;
  await it.begin(things(2, { ...section('2'), x: '1', y: '1' }), 500);
  await it.tamper('x', 'tampered');
  await it.tamper('y', 'tampered');
  await node.clock.advance(2_600);
  t.same([...node.state.open.values()].map(({ cause }) => cause).toSorted(), ['generation', 'repair']);
  t.equal((await node.settled()).verdict, 'OK');
  t.same([await it.thing('x'), await it.thing('y')], ['1', '1']);
  t.equal(kind.overlaps, 0);
});

t.test('rule 7: what takes long is awaited by probe while the writer is free for others', async (t) => {
  await using it = await scriptedNode();
  const { node, kind } = it;
  for (const key of ['a', 'b', 'c']) kind.script(key).progressingMs = 60_000;
  const before = node.clock.monotonic();
  await it.begin(
    things(
      1,
      {
        a: '1',
        b: '1',
        c: '1',
        'after-a': { value: '1', dependsOn: ['thing:a'] },
        'after-b': { value: '1', dependsOn: ['thing:b'] },
        short: '1',
        'after-short': { value: '1', dependsOn: ['thing:short'] },
      },
      LONG,
    ),
    1_000,
  );
  t.same(kind.take('apply'), ['a ·→1', 'b ·→1', 'c ·→1', 'short ·→1', 'after-short ·→1']);
  t.equal((await node.settled()).verdict, 'OK');
  t.ok(node.clock.monotonic() - before < 70_000, 'side by side, not one after the other');
});

for (const deaf of [false, true]) {
  t.test(
    `rule 7: an apply beyond five seconds fails the generation${deaf ? ', though it does not listen' : ''}`,
    async (t) => {
      await using it = await scriptedNode();
      const { node, kind } = it;
      await node.accept(things(1, { b: '1' }));
      kind.script('slow').applyMs = 8_000;
      kind.script('slow').deaf = deaf;
      const status = await node.accept(things(2, { b: '2', slow: '2' }));
      t.equal(status.verdict, 'RolledBack');
      t.match(status.reason, { code: 'KSN-EXEC-001', message: /thing:slow/ });
      await node.clock.advance(60_000);
      t.equal(kind.overlaps, 0, 'the next apply waits until it has really ended');
      t.same(await node.fs.list('/things'), ['b'], 'and nothing of it is left');
      t.equal(await it.thing('b'), '1');
    },
  );
}
