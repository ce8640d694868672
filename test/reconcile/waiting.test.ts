import t from 'tap';
import { losesNothing } from '../../hostfs/memory-crash.ts';
import { scriptedNode, things, type ScriptedNode } from '../support/scripted-node.ts';

const HOUR = 3_600_000;
const rowOf = ({ node }: ScriptedNode, address: string) =>
  node.engine.resources().find((row) => row.address === address);

t.test('rule 9: what waits neither rolls back nor blocks, and is listed with its age', async (t) => {
  await using it = await scriptedNode();
  const { node, kind } = it;
  kind.script('key').waits = 'Vault is sealed';
  const began = node.clock.now();
  await it.begin(things(1, { key: '1', config: { value: '1', dependsOn: ['thing:key'] }, beside: '1' }), 2 * HOUR);
  t.same([await it.thing('key'), await it.thing('config'), await it.thing('beside')], [null, null, '1']);
  t.equal(node.status?.verdict, 'Waiting');
  t.match(node.status?.reason?.message, /Vault is sealed/);
  t.same([node.state.open.size, node.state.blocked.size], [1, 0]);
  t.equal(rowOf(it, 'thing:key')?.condition, 'waiting');
  t.match(rowOf(it, 'thing:config')?.reason?.message, /thing:key/);
  t.ok((rowOf(it, 'thing:key')?.since ?? 0) - began < 1_000, 'since it began to wait');
  t.equal(node.events.filter(({ type }) => type === 'ResourceWaiting').length, 2, 'told once, not at every try');
  kind.script('key').waits = null;
  const status = await node.settled();
  t.equal(status.verdict, 'OK');
  t.same([await it.thing('key'), await it.thing('config')], ['1', '1']);
});

t.test('rule 9: a component is staged wholly before any of it mutates', async (t) => {
  await using it = await scriptedNode();
  const { node, kind } = it;
  kind.script('c').waits = 'the registry is away';
  const chain = {
    a: '1',
    b: { value: '1', dependsOn: ['thing:a'] },
    c: { value: '1', dependsOn: ['thing:b'] },
    other: '1',
  };
  await it.begin(things(1, chain), 60_000);
  t.same(kind.take('apply'), ['other ·→1'], 'what needs nothing of it went on');
  t.same(await node.fs.list('/things'), ['other'], 'no temporary of what waits');
  kind.script('c').waits = null;
  await node.settled();
  t.same(kind.take('apply'), ['a ·→1', 'b ·→1', 'c ·→1']);
});

t.test('rule 9: what cannot be looked at waits too', async (t) => {
  await using it = await scriptedNode();
  it.kind.script('a').unseen = 'the disk does not answer';
  await it.begin(things(1, { a: '1', b: { value: '1', dependsOn: ['thing:a'] }, c: '1' }), HOUR);
  t.same(it.kind.take('apply'), ['c ·→1']);
  t.equal(it.node.state.blocked.size, 0);
  it.kind.script('a').unseen = null;
  t.equal((await it.node.settled()).verdict, 'OK');
});

t.test('rule 9: beyond its waitLimit, waiting rolls back, with the reason', async (t) => {
  await using it = await scriptedNode();
  const { node, kind } = it;
  await node.accept(things(1, { a: '1', b: '1' }));
  kind.script('a').waits = 'Vault is sealed';
  await it.begin(things(2, { a: { value: '2', waitLimit: '10m' }, b: '2' }), 9 * 60_000);
  t.equal(node.status?.verdict, 'Waiting');
  t.equal(await it.thing('b'), '2');
  await node.clock.advance(3 * 60_000);
  const status = await node.settled();
  t.equal(status.verdict, 'RolledBack');
  t.match(status.reason?.message, /thing:a waited longer than 600 s: Vault is sealed/);
  t.same([await it.thing('a'), await it.thing('b')], ['1', '1']);
});

t.test('rule 9: a terminal error rolls back at once, though something else waits', async (t) => {
  await using it = await scriptedNode();
  const { node, kind } = it;
  await node.accept(things(1, { a: '1', b: '1' }));
  kind.script('a').waits = 'Vault is sealed';
  kind.script('b').stageFails = 1;
  const status = await node.accept(things(2, { a: '2', b: '2' }));
  t.equal(status.verdict, 'RolledBack');
  t.match(status.reason?.message, /thing:b cannot be staged/);
});

t.test('rule 9: a blocked generation runs again only by a person or as a newer one', async (t) => {
  await using it = await scriptedNode();
  const { node, kind } = it;
  await node.accept(things(1, { a: '1' }));
  kind.script('a').applyFails = 1;
  const bad = things(2, { a: '2' });
  t.equal((await node.accept(bad)).verdict, 'RolledBack');
  await node.accept(bad);
  await node.clock.advance(22 * HOUR);
  t.equal(await it.thing('a'), '1', 'neither time nor the same bytes again');
  await t.rejects(node.engine.retry(3, 'ana', 'typo'), { code: 'KSN-ENGINE-003' });
  await node.clock.runUntil(node.engine.retry(2, 'ana', 'the disk was full'));
  const status = await node.settled();
  t.same([status.verdict, await it.thing('a')], ['OK', '2']);
  t.match(
    node.events.find(({ type }) => type === 'Unblocked'),
    { by: 'ana', reasonGiven: 'the disk was full' },
  );

  kind.script('a').applyFails = 1;
  await node.accept(things(3, { a: '3' }));
  t.same([(await node.accept(things(4, { a: '3', b: '1' }))).verdict, await it.thing('a')], ['OK', '3']);
  t.equal(node.state.blocked.size, 0);
});

t.test('rule 9: what waits goes on waiting after a restart', async (t) => {
  await using it = await scriptedNode();
  it.kind.script('a').waits = 'an approval';
  it.kind.script('a').until = 'approval';
  await it.begin(things(1, { a: '1', b: '1' }), 60_000);
  await using after = await it.node.crash(losesNothing);
  await after.start();
  await after.clock.advance(HOUR);
  t.same([await after.text('/things/a'), after.status?.verdict], [null, 'Waiting']);
  it.kind.script('a').waits = null;
  t.equal((await after.settled()).verdict, 'OK');
  t.equal(await after.text('/things/a'), '1');
});

t.test('proof 5: a pod waits five minutes', async (t) => {
  const later = async (): Promise<ScriptedNode> => {
    const it = await scriptedNode();
    await it.node.accept(things(1, { file: '1', pod: '1' }));
    it.kind.script('pod').progressingMs = 300_000;
    const after = { value: '2', dependsOn: ['thing:pod'] };
    await it.begin(
      things(2, { file: '1', pod: '2', after }, { health: { stableForMs: 10_000, deadlineMs: 600_000 } }),
      60_000,
    );
    t.same([await it.thing('pod'), await it.thing('after')], ['2', null], 'what needs it waits for it to be well');
    return it;
  };

  await t.test('meanwhile an unrelated tamper is repaired within its goal', async (t) => {
    await using it = await later();
    await it.tamper('file', 'tampered');
    await it.node.clock.advance(2_100);
    t.equal(await it.thing('file'), '1');
    t.equal(it.node.status?.verdict, 'Changing');
    t.equal((await it.node.settled()).verdict, 'OK');
    t.equal(await it.thing('after'), '2');
  });

  await t.test('a newer generation supersedes within one step', async (t) => {
    await using it = await later();
    it.kind.script('pod').progressingMs = 0;
    const before = it.node.clock.monotonic();
    await it.begin(things(3, { file: '3', pod: '3' }), 0);
    t.same([await it.thing('file'), await it.thing('pod')], ['3', '3']);
    t.equal(it.node.clock.monotonic(), before, 'not a millisecond was waited');
    t.equal((await it.node.settled()).verdict, 'OK');
    t.equal(await it.thing('after'), null);
  });

  await t.test('and the failure of that one returns to the last known good', async (t) => {
    await using it = await later();
    it.kind.script('pod').progressingMs = 0;
    it.kind.script('file').unwell = (value) => value === '3';
    const status = await it.node.accept(things(3, { file: '3', pod: '3' }));
    t.equal(status.verdict, 'RolledBack');
    t.same([await it.thing('file'), await it.thing('pod'), await it.thing('after')], ['1', '1', null]);
    t.equal(status.running?.generation, 1);
  });
});

t.test('what only a reboot ends is told of the node, with why, until it is over', async (t) => {
  await using it = await scriptedNode();
  const { node, kind } = it;
  await node.accept(things(1, { a: '1' }));
  t.equal(node.status?.reboot, undefined);
  for (const [key, until] of [
    ['b', 'reboot'],
    ['a', 'reboot'],
    ['c', 'window'],
  ] as const)
    Object.assign(kind.script(key), { waits: `${key} is not in force`, until });
  await it.begin(things(2, { a: '2', b: '2', c: '2' }), 60_000);
  const why = [{ message: 'a is not in force' }, { message: 'b is not in force' }];
  t.match(node.status, { verdict: 'Waiting', reboot: { needed: true, why } });
  t.equal(node.status?.reboot?.why.length, 2, 'a window is none');
  t.match(rowOf(it, 'thing:c'), { condition: 'waiting', until: 'window' });
  for (const key of ['a', 'b', 'c']) kind.script(key).waits = null;
  const status = await node.settled();
  t.equal(status.verdict, 'OK');
  t.equal(status.reboot, undefined);
  t.equal(rowOf(it, 'thing:c')?.until, undefined);
});
