import t, { type Test } from 'tap';
import { losesNothing } from '../../hostfs/memory-crash.ts';
import { EngineNode, verified } from '../support/engine-node.ts';
import { scriptedNode, things, type ScriptedNode } from '../support/scripted-node.ts';

const HAPROXY = [{ target: 'unit:haproxy.service', verb: 'reload' }] as const;

/** Generation 1 is good; generation 2 will fail its gates on `bad`. */
async function failing(t: Test): Promise<ScriptedNode> {
  const it = await scriptedNode();
  t.teardown(() => it[Symbol.asyncDispose]());
  it.kind.script('bad').unwell = (value) => value === '2';
  await it.node.accept(things(1, { a: '1', b: '1', c: { value: '1', dependsOn: ['thing:b'] }, bad: '1' }));
  it.kind.deeds.length = 0;
  return it;
}

const second = things(2, { a: '2', b: '2', c: { value: '2', dependsOn: ['thing:b'] }, bad: '2', new: '2' });

t.test('rule 5: everything goes back to what it was, by the same apply', async (t) => {
  const it = await failing(t);
  const status = await it.node.accept(second);
  t.equal(status.verdict, 'RolledBack');
  t.match(status.reason?.message, /thing:bad is unwell with 2/);
  t.match(status.next, /push 3/);
  t.same(it.kind.take('apply').toSorted(), [
    'a 1→2',
    'a 2→1',
    'b 1→2',
    'b 2→1',
    'bad 1→2',
    'bad 2→1',
    'c 1→2',
    'c 2→1',
    'new 2→·',
    'new ·→2',
  ]);
  t.same(await it.node.fs.list('/things'), ['a', 'b', 'bad', 'c']);
});

t.test('rule 5: a failed step does not stop the others; it is retried with backoff, never healthy', async (t) => {
  const it = await failing(t);
  const { node, kind } = it;
  let fails = 4;
  const tries: number[] = [];
  kind.script('b').beforeApply = ({ why }) => {
    if (why !== 'undo') return;
    tries.push(node.clock.monotonic());
    if ((fails -= 1) >= 0) throw new Error('b is stuck');
  };
  const verdicts = new Set<string>();
  let rolling = false;
  await it.begin(second, 12_000);
  for (let second = 0; second < 40; second += 1) {
    await node.clock.advance(1_000);
    rolling ||= node.state.rollbackIncomplete !== null;
    if (node.state.open.size > 0) verdicts.add(node.engine.publish().verdict);
  }
  t.same([...verdicts], ['Degraded']);
  t.ok(rolling);
  t.equal(tries.length, 5);
  const pauses = tries.map((at, index) => at - (tries[index - 1] ?? at)).slice(1);
  t.same(pauses, [1_000, 2_000, 4_000, 8_000], 'ever longer');
  t.equal((await node.settled()).verdict, 'RolledBack');
  t.equal(node.state.rollbackIncomplete, null);
  t.match(node.events.find(({ type }) => type === 'RollbackIncomplete')?.message, /b is stuck/);
  t.same([await it.thing('a'), await it.thing('b'), await it.thing('c')], ['1', '1', '1']);
});

t.test('rule 5: while one step fails, all others have been done but those that need it', async (t) => {
  const it = await failing(t);
  it.kind.script('b').beforeApply = ({ why }) => {
    if (why === 'undo') throw new Error('b is stuck');
  };
  await it.begin(second, 60_000);
  t.same(
    [await it.thing('a'), await it.thing('b'), await it.thing('c'), await it.thing('bad'), await it.thing('new')],
    ['1', '2', '2', '1', null],
  );
  t.match(it.node.status, { verdict: 'Degraded', rollbackIncomplete: { message: /b is stuck/ } });
});

t.test('rule 5: the same where a step cannot be staged, also within its component', async (t) => {
  const it = await failing(t);
  const { node, kind } = it;
  await node.accept(
    things(2, {
      a: '1',
      b: '1',
      c: { value: '1', dependsOn: ['thing:a', 'thing:b'] },
      bad: '1',
      d: { value: '1', dependsOn: ['thing:a'] },
    }),
  );
  await it.begin(
    things(3, {
      a: '2',
      b: '2',
      c: { value: '2', dependsOn: ['thing:a', 'thing:b'] },
      bad: '2',
      d: { value: '2', dependsOn: ['thing:a'] },
    }),
    5_000,
  );
  kind.script('b').stageFails = Number.POSITIVE_INFINITY;
  await node.clock.advance(60_000);
  t.same(
    [await it.thing('a'), await it.thing('b'), await it.thing('c'), await it.thing('d'), await it.thing('bad')],
    ['1', '2', '2', '1', '1'],
  );
  t.match(node.status, { verdict: 'Degraded', rollbackIncomplete: { message: /thing:b cannot be staged/ } });
  kind.script('b').stageFails = 0;
  t.equal((await node.settled()).verdict, 'RolledBack');
  t.same([await it.thing('b'), await it.thing('c')], ['1', '1']);
});

t.test('rule 5: an undo owes its effects, and one that fails is a failed step', async (t) => {
  const it = await scriptedNode();
  t.teardown(() => it[Symbol.asyncDispose]());
  const { node, kind } = it;
  kind.script('bad').unwell = (value) => value === '2';
  await node.accept(things(1, { a: { value: '1', effects: HAPROXY }, bad: '1' }));
  await it.begin(things(2, { a: { value: '2', effects: HAPROXY }, bad: '2' }), 5_000);
  it.effects.length = 0;
  it.failing.add('unit:haproxy.service');
  await node.clock.advance(60_000);
  t.equal(await it.thing('a'), '1');
  t.ok(it.effects.length > 1, `it was tried again (${it.effects.length} times)`);
  t.match(node.status, { verdict: 'Degraded', rollbackIncomplete: { message: /unit:haproxy/ } });
  it.failing.clear();
  t.equal((await node.settled()).verdict, 'RolledBack');
  const before = it.effects.length;
  await node.clock.advance(3_600_000);
  t.equal(it.effects.length, before, 'and not once more when it has succeeded');
});

t.test('rule 5: what was edited since is left; what the last known good wants comes back by convergence', async (t) => {
  const it = await failing(t);
  await it.begin(second, 9_000);
  await it.tamper('a', 'by hand');
  const status = await it.node.settled();
  t.equal(status.verdict, 'RolledBack');
  t.equal(await it.thing('a'), '1');
});

t.test('rule 5: an edit of what only the failed generation made stays, and is told', async (t) => {
  const it = await failing(t);
  const { node } = it;
  await it.begin(second, 9_000);
  await it.tamper('new', 'by hand');
  await node.settled();
  t.equal(await it.thing('new'), 'by hand');
  t.match(
    node.events.find(({ type }) => type === 'ResourceLeft'),
    { address: 'thing:new' },
  );
  t.notOk(node.state.ledger.has('thing:new'), 'it is not ours any more');
});

t.test('rule 5: without a last known good everything goes back as found', async (t) => {
  const it = await scriptedNode();
  t.teardown(() => it[Symbol.asyncDispose]());
  await it.tamper('a', 'theirs');
  it.kind.script('a').unwell = (value) => value === '1';
  const status = await it.node.accept(things(1, { a: '1', b: '1' }));
  t.same([status.verdict, await it.thing('a'), await it.thing('b')], ['RolledBack', 'theirs', null]);
  t.equal(it.node.state.ledger.size, 0);
});

t.test('rule 5: offline, and gone on with after a restart', async (t) => {
  const it = await failing(t);
  const { node, kind } = it;
  let stuck = true;
  kind.script('b').beforeApply = ({ why }) => {
    if (why === 'undo' && stuck) throw new Error('b is stuck');
  };
  await it.begin(second, 30_000);
  const after = await node.crash(losesNothing);
  t.teardown(() => after[Symbol.asyncDispose]());
  await after.start();
  await after.clock.advance(10_000);
  t.equal(after.status?.verdict, 'Degraded');
  stuck = false;
  t.equal((await after.settled()).verdict, 'RolledBack');
  t.same(await Promise.all(['a', 'b', 'c', 'bad', 'new'].map((key) => after.text(`/things/${key}`))), [
    '1',
    '1',
    '1',
    '1',
    null,
  ]);
});

t.test('rule 6: what a generation repairs on its way stays repaired when it is rolled back', async (t) => {
  const file = (inline: string): object => ({ content: { inline } });
  const before = await EngineNode.on();
  t.teardown(() => before[Symbol.asyncDispose]());
  await before.start();
  await before.accept(verified(1, { files: { '/etc/same': file('same\n'), '/etc/other': file('one\n') } }));
  const gates = [{ file: '/run/never' }];
  const next = { files: { '/etc/same': file('same\n'), '/etc/other': { ...file('two\n'), gates } } };
  await before.engine.accept(verified(2, next, { health: { stableForMs: 0, deadlineMs: 100 } }));
  const node = await before.crash(losesNothing);
  t.teardown(() => node[Symbol.asyncDispose]());
  // The generation meets it before maintenance does.
  await node.write('/etc/same', 'a hand\n');
  await node.start();
  t.equal((await node.settled()).verdict, 'RolledBack');
  t.equal(await node.text('/etc/same'), 'same\n');
  t.equal(await node.text('/etc/other'), 'one\n');
});
