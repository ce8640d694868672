import t from 'tap';
import { losesNothing } from '../../hostfs/memory-crash.ts';
import { scriptedNode, things } from '../support/scripted-node.ts';

const eventsOf = (node: { readonly events: readonly { readonly type: string }[] }): readonly string[] =>
  node.events.map(({ type }) => type);

t.test(
  'rule 8: superseded in the middle of its waves, it is neither good nor blocked, and the base stays',
  async (t) => {
    await using it = await scriptedNode();
    const { node, kind } = it;
    await node.accept(things(1, { a: '1', b: '1', c: '1' }));
    kind.script('a').progressingMs = 60_000;
    kind.take('apply');
    await it.begin(things(2, { a: '2', b: { value: '2', dependsOn: ['thing:a'] }, c: '1' }), 5_000);
    t.same(kind.take('apply'), ['a 1→2']);
    kind.script('a').progressingMs = 0;
    kind.script('c').unwell = (value) => value === '3';
    await it.begin(things(3, { a: '1', b: '1', c: '3' }), 0);
    t.equal(node.state.blocked.size, 0);
    t.equal(node.state.lastKnownGood?.generation, 1);
    t.equal(
      node.state.base.get('thing:a')?.from && JSON.stringify(node.state.base.get('thing:a')?.from),
      '{"value":"1"}',
    );
    t.equal((await node.settled()).verdict, 'RolledBack');
    t.same([await it.thing('a'), await it.thing('b'), await it.thing('c')], ['1', '1', '1']);
    t.same(
      kind.take('apply').filter((line) => line.startsWith('b')),
      [],
      'what was still to come never came',
    );
    t.equal(eventsOf(node).filter((type) => type === 'Superseded').length, 1);
  },
);

t.test('rule 8: the base stays the last known good over several superseded generations', async (t) => {
  await using it = await scriptedNode();
  const { node, kind } = it;
  await node.accept(things(1, { a: '1', b: '1' }));
  for (let generation = 2; generation < 6; generation += 1)
    await it.begin(things(generation, { a: String(generation), b: '1', [`new-${generation}`]: '1' }), 500);
  t.equal(await it.thing('new-4'), null, 'what an older one made goes with the newer');
  t.equal(await it.thing('a'), '5');
  kind.script('b').unwell = (value) => value === '6';
  t.equal((await node.accept(things(6, { a: '6', b: '6' }))).verdict, 'RolledBack');
  t.same(await node.fs.list('/things'), ['a', 'b']);
  t.same([await it.thing('a'), await it.thing('b')], ['1', '1']);
  t.equal(eventsOf(node).filter((type) => type === 'Superseded').length, 4);
  t.equal(node.state.anomalies.length, 0);
});

t.test('rule 8: superseded before its first step', async (t) => {
  await using it = await scriptedNode();
  const { node } = it;
  await node.accept(things(1, { a: '1' }));
  const both = Promise.all([node.engine.accept(things(2, { a: '2' })), node.engine.accept(things(3, { a: '3' }))]);
  await node.clock.runUntil(both);
  await node.settled();
  t.equal(await it.thing('a'), '3');
  t.same(
    [...eventsOf(node)].filter((type) => type === 'EffectFailed' || type === 'LaneFailed' || type === 'Blocked'),
    [],
    'nothing has failed',
  );
  t.same(node.status?.remarks, []);
});

t.test('rule 8: superseded at any turn of its way to the first step', async (t) => {
  await using it = await scriptedNode();
  const { node } = it;
  await node.accept(things(1, { a: '1' }));
  for (let turns = 0; turns < 30; turns += 1) {
    const [older, newer] = [2 * turns + 2, 2 * turns + 3];
    const first = node.engine.accept(things(older, { a: String(older) }));
    for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    await node.clock.runUntil(Promise.all([first, node.engine.accept(things(newer, { a: String(newer) }))]));
    const status = await node.settled();
    t.same([await it.thing('a'), node.state.lastKnownGood?.generation], [String(newer), newer]);
    t.same(status.remarks, [], `after ${turns} turns no lane has failed`);
  }
  t.notOk(eventsOf(node).includes('Blocked'));
});

t.test('rule 8: the same document again, at any turn, stops nothing that is under way', async (t) => {
  await using it = await scriptedNode();
  const { node } = it;
  for (let turns = 0; turns < 150; turns += 3) {
    const generation = turns + 1;
    // Left for the clean-up after the verdict, which goes on by itself.
    const spec = things(generation, { a: String(turns), b: { value: String(turns), undo: 'none' } });
    const first = node.engine.accept(spec);
    for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    await node.clock.runUntil(Promise.all([first, node.engine.accept(spec)]));
    t.equal((await node.settled()).verdict, 'OK');
    t.same(
      [await it.thing('a'), await it.thing('b'), node.state.lastKnownGood?.generation],
      [String(turns), String(turns), generation],
    );
  }
  t.notOk(eventsOf(node).includes('Superseded'));
});

t.test('rule 8: the same document again while a clean-up rests before its next try', async (t) => {
  await using it = await scriptedNode();
  const { node, kind } = it;
  kind.script('b').applyFails = 1;
  const spec = things(1, { a: '1', b: { value: '1', undo: 'none' } });
  await it.begin(spec, 5_000);
  t.equal(await it.thing('b'), null);
  await it.begin(spec, 60_000);
  t.equal((await node.settled()).verdict, 'OK');
  t.equal(await it.thing('b'), '1');
  t.equal(node.state.open.size, 0);
});

t.test('rule 8: superseded while its gates are held, it owes its effects all the same', async (t) => {
  await using it = await scriptedNode();
  const { node } = it;
  const haproxy = [{ target: 'unit:haproxy.service', verb: 'reload' }] as const;
  await node.accept(things(1, { a: { value: '1', effects: haproxy } }));
  it.effects.length = 0;
  await it.begin(things(2, { a: { value: '2', effects: haproxy }, b: '2' }), 200);
  t.equal(it.effects.length, 1);
  await it.begin(things(3, { a: { value: '2', effects: haproxy } }), 0);
  t.equal((await node.settled()).verdict, 'OK');
  t.equal(it.effects.length, 1, 'and the newer one, which changes nothing of it, none');
  t.equal(await it.thing('b'), null);
});

t.test('rule 8: a running rollback finishes first', async (t) => {
  await using it = await scriptedNode();
  const { node, kind } = it;
  await node.accept(things(1, { a: '1', b: { value: '1', dependsOn: ['thing:a'] } }));
  kind.script('a').unwell = (value) => value === '2';
  await it.begin(things(2, { a: '2', b: { value: '1', dependsOn: ['thing:a'] }, c: '2' }), 5_000);
  kind.script('a').progressingMs = 30_000;
  await node.clock.advance(6_000);
  t.equal([...node.state.open.values()].at(-1)?.cause, 'rollback');
  kind.take('apply');
  await it.begin(things(3, { a: '3', b: { value: '3', dependsOn: ['thing:a'] } }), 100);
  t.same(kind.take('apply'), [], 'the newer one waits for it');
  kind.script('a').progressingMs = 0;
  t.equal((await node.settled()).verdict, 'OK');
  t.same(
    eventsOf(node).filter((type) => type === 'RolledBack' || type === 'VerdictGood'),
    ['VerdictGood', 'RolledBack', 'VerdictGood'],
  );
  t.same([await it.thing('a'), await it.thing('b'), await it.thing('c')], ['3', '3', null]);
});

t.test('rule 8: a rollback that cannot come to its end gives way, and the base still stays', async (t) => {
  await using it = await scriptedNode();
  const { node, kind } = it;
  await node.accept(things(1, { a: '1', b: '1' }));
  kind.script('b').unwell = (value) => value === '2';
  kind.script('a').beforeApply = ({ why }) => {
    if (why === 'undo') throw new Error('a is stuck');
  };
  await it.begin(things(2, { a: '2', b: '2' }), 120_000);
  t.equal(node.status?.verdict, 'Degraded');
  t.equal(await it.thing('b'), '1');
  kind.script('b').unwell = (value) => value === '3';
  await it.begin(things(3, { a: '3', b: '3' }), 1_000);
  t.same([await it.thing('a'), await it.thing('b')], ['3', '3']);
  kind.script('a').beforeApply = () => {};
  t.equal((await node.settled()).verdict, 'RolledBack');
  t.same([await it.thing('a'), await it.thing('b')], ['1', '1']);
  t.equal(node.state.rollbackIncomplete, null);
});

t.test('rule 8: a newer generation accepted while the agent was down', async (t) => {
  const it = await scriptedNode();
  await it.node.accept(things(1, { a: '1' }));
  await it.begin(things(2, { a: '2', b: '2' }), 200);
  t.equal(it.node.state.open.size, 1);
  // Accepted and not begun: killed in the same turn as the accept became durable.
  const over = new AbortController();
  const dead = it.node.died(over.signal);
  const accepting = it.node.engine
    .accept(things(3, { a: '3' }))
    .then(() => it.node.machine.crashAt(it.node.machine.calls + 1));
  await it.node.clock.runUntil(accepting);
  await Promise.race([dead, it.node.clock.advance(1_000)]);
  over.abort();
  await using after = await it.node.crash(losesNothing);
  await after.start();
  t.equal((await after.settled()).verdict, 'OK');
  t.same([await after.text('/things/a'), await after.text('/things/b')], ['3', null]);
  t.equal(after.state.lastKnownGood?.generation, 3);
});
