/** Rule 6: "A bad verdict undoes generation, renewal and override; a repair stays." What time and people bring. */
import t from 'tap';
import { losesAll, losesNothing } from '../../hostfs/memory-crash.ts';
import type { Override } from '../../agent/apply/records.ts';
import { EngineNode, verified } from '../support/engine-node.ts';
import { scriptedNode, things, type ScriptedNode, type Things } from '../support/scripted-node.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const HAPROXY = 'unit:haproxy.service' as const;
/** Gates hold for two seconds, and have ten. */
const HEALTH = { health: { stableForMs: 2 * SECOND, deadlineMs: 10 * SECOND } };

function patch(node: EngineNode, key: string, value: string): Override {
  return {
    id: `patch-${key}`,
    address: `thing:${key}`,
    kind: 'patch',
    patch: { value },
    by: 'ana',
    reason: 'test',
    since: node.clock.now(),
    expires: node.clock.now() + 10 * HOUR,
  };
}

async function good(section: Things = { a: '1', b: '1' }): Promise<ScriptedNode> {
  const it = await scriptedNode();
  await it.node.accept(things(1, section, HEALTH));
  it.kind.deeds.length = 0;
  return it;
}

const rotating = (it: ScriptedNode) =>
  things(2, { key: { value: '1', due: { at: it.node.clock.now() + MINUTE, value: '2' } }, b: '1' }, HEALTH);

const causes = (node: EngineNode): readonly string[] => [...node.state.open.values()].map(({ cause }) => cause);
const openFor = (node: EngineNode, ms: number) => node.clock.advance(ms).then(() => causes(node));

t.test('rule 6: a transaction bears the name of what it is for', async (t) => {
  await using it = await good();
  const { node } = it;
  await node.engine.override(patch(node, 'a', 'patched'));
  t.same(await openFor(node, SECOND), ['override'], 'until its gates have held');
  t.equal(node.engine.publish().verdict, 'Changing');
  t.same(await openFor(node, 3 * SECOND), []);
  t.match(await node.settled(), { verdict: 'OK' });
  t.equal(await it.thing('a'), 'patched');
  t.ok(node.state.overrides.has('patch-a'));

  await node.engine.release('patch-a', 'ana');
  t.match(await node.settled(), { verdict: 'OK' });
  t.equal(await it.thing('a'), '1', 'its end is a repair');

  await node.accept(rotating(it));
  t.same(await openFor(node, MINUTE - SECOND), ['renewal']);
  t.same(await openFor(node, 3 * SECOND), []);
  t.equal(await it.thing('key'), '2');

  it.kind.script('b').effectFails = 0;
  await it.tamper('b', 'by hand');
  await node.clock.advance(2_100);
  t.equal(await it.thing('b'), '1');
  t.same(causes(node), [], 'a repair has no gates to wait for');
});

t.test('rule 6: an override whose gates fail is undone, and taken back with its reason', async (t) => {
  await using it = await good();
  const { node, kind } = it;
  kind.script('a').unwell = (value) => value === 'bad';
  await node.engine.override(patch(node, 'a', 'bad'));
  await node.clock.advance(5 * SECOND);
  t.equal(await it.thing('a'), 'bad');
  const status = await node.settled();
  t.equal(await it.thing('a'), '1');
  t.equal(status.verdict, 'OK', 'the generation is as good as it was');
  t.same([...node.state.overrides.keys(), ...node.state.blocked.keys()], []);
  t.match(
    node.events.find(({ type }) => type === 'Released'),
    {
      address: 'thing:a',
      message: /ana is taken back: .*thing:a is unwell with bad/,
      reason: { code: 'KSN-THING-001' },
    },
  );
  t.match(node.events.find(({ type }) => type === 'RolledBack')?.message, /the override of thing:a is undone/);
  kind.take('apply');
  await node.clock.advance(3 * HOUR);
  t.same(kind.take('apply'), [], 'and nobody begins it again');
});

t.test('rule 6: the gates of what is patched are asked, as the patch has them; a neighbour’s are not', async (t) => {
  const never = { gates: [{ file: '/run/never' }] };
  await using node = await EngineNode.on();
  await node.start();
  await node.write('/run/ready', '');
  const file = (inline: string, more: object = {}): object => ({ content: { inline }, ...more });
  const neighbour = file('b\n', { gates: [{ file: '/run/ready' }] });
  await node.accept(verified(1, { files: { '/etc/a': file('a\n'), '/etc/b': neighbour } }, HEALTH));
  await (await node.outside()).remove('/run/ready');
  const override = { ...patch(node, 'a', ''), address: 'file:/etc/a' } as const;
  await node.engine.override({ ...override, patch: file('patched\n') });
  await node.settled();
  t.equal(await node.text('/etc/a'), 'patched\n');
  await node.engine.override({ ...override, id: 'other', patch: file('bad\n', never) });
  await node.settled();
  await node.clock.advance(MINUTE);
  t.match(node.events.find(({ type }) => type === 'Released')?.reason, { code: 'KSN-GATE-001' });
  t.equal(await node.text('/etc/a'), 'patched\n', 'the patch beneath had its own verdict');
});

t.test('rule 6: a renewal whose gates fail is undone and damped; it is renewed when that is over', async (t) => {
  await using it = await good();
  const { node, kind } = it;
  await node.accept(rotating(it));
  kind.script('key').unwell = (value) => value === '2';
  kind.take('apply');
  await node.clock.advance(MINUTE + 15 * SECOND);
  t.equal(await it.thing('key'), '1');
  t.match(node.engine.publish(), { verdict: 'Degraded', reason: { message: /thing:key is unwell with 2/ } });
  await node.clock.advance(3 * HOUR);
  const tries = kind.take('apply').filter((deed) => deed === 'key 1→2').length;
  t.ok(tries >= 4 && tries <= 10, `${tries} tries in three hours`);

  await using after = await node.crash(losesAll);
  await after.start();
  await after.clock.advance(SECOND);
  t.match(after.engine.publish(), { verdict: 'Degraded', reason: { message: /unwell/ } }, 'counts survive a restart');
  kind.script('key').unwell = () => false;
  await after.clock.advance(2 * HOUR);
  t.equal(await after.text('/things/key'), '2');
  t.equal(after.engine.publish().verdict, 'OK');
  t.notOk(after.state.repairs.has('thing:key'));
});

t.test('rule 6: a repair stays, whatever becomes of it', async (t) => {
  await using it = await good();
  const { node, kind } = it;
  kind.script('a').unwell = () => true;
  await it.tamper('a', 'by hand');
  await node.clock.advance(MINUTE);
  t.equal(await it.thing('a'), '1');
});

t.test('rule 10: an effect that fails fails the override that owes it', async (t) => {
  await using it = await good({ a: { value: '1', effects: [{ target: HAPROXY, verb: 'reload' }] } });
  const { node } = it;
  it.failing.add(HAPROXY);
  await node.engine.override(patch(node, 'a', 'bad'));
  await node.clock.advance(SECOND);
  t.equal(await it.thing('a'), '1', 'undone at once');
  it.effects.length = 0;
  t.equal(node.engine.publish().verdict, 'Degraded', 'going back owes it too');
  it.failing.clear();
  t.equal((await node.settled()).verdict, 'Degraded', 'which is tried again by and by');
  await node.clock.advance(MINUTE);
  t.same([node.engine.publish().verdict, causes(node)], ['OK', []]);
  t.match(it.effects.at(-1), /reload unit:haproxy/);
});

t.test('rule 6: an undo that cannot is tried again, is not well, and holds up nobody else', async (t) => {
  await using it = await good();
  const { node, kind } = it;
  kind.script('a').unwell = (value) => value === 'bad';
  let stuck = true;
  kind.script('a').beforeApply = ({ why }) => {
    if (why === 'undo' && stuck) throw new Error('a is stuck');
  };
  await node.engine.override(patch(node, 'a', 'bad'));
  await node.clock.advance(MINUTE);
  t.match(node.engine.publish(), { verdict: 'Degraded', reason: { message: /a is stuck/ } });
  await it.tamper('b', 'by hand');
  await node.clock.advance(10 * SECOND);
  t.equal(await it.thing('b'), '1');
  await it.begin(things(2, { a: '1', b: '2' }, HEALTH), 10 * SECOND);
  t.equal(await it.thing('b'), '2', 'nor a generation');
  stuck = false;
  await node.clock.advance(20 * MINUTE);
  t.same([await it.thing('a'), node.engine.publish().verdict, causes(node)], ['1', 'OK', []]);
});

t.test('rule 6: drift of what is on trial is put back, and another wish ends the trial', async (t) => {
  await using it = await good();
  const { node, kind } = it;
  kind.script('a').progressingMs = 5 * SECOND;
  await node.engine.override(patch(node, 'a', 'patched'));
  await node.clock.advance(SECOND);
  await it.tamper('a', 'by hand');
  await node.clock.advance(3 * SECOND);
  t.equal(await it.thing('a'), 'patched');
  t.same(causes(node), ['override']);
  await node.engine.release('patch-a', 'ana');
  await node.clock.advance(2 * SECOND);
  t.equal(await it.thing('a'), '1');
  t.equal((await node.settled()).verdict, 'OK');
});

t.test(
  'rules 6 and 8: a generation of the same address supersedes the trial; its rollback goes to before both',
  async (t) => {
    await using it = await good();
    const { node, kind } = it;
    await node.accept(rotating(it));
    kind.script('key').unwell = (value) => value !== '1';
    t.same(await openFor(node, MINUTE + SECOND), ['renewal']);
    await it.begin(things(3, { key: '3', b: '1' }, HEALTH), 4 * SECOND);
    t.same(causes(node), ['generation']);
    t.equal(await it.thing('key'), '3');
    kind.take('apply');
    t.equal((await node.settled()).verdict, 'RolledBack');
    t.equal(kind.take('apply')[0], 'key 3→1');
  },
);

t.test('rule 19: a hold stops a trial without a verdict; it begins anew when that ends', async (t) => {
  await using it = await good();
  const { node, kind } = it;
  kind.script('a').unwell = (value) => value === 'bad';
  await node.engine.override(patch(node, 'a', 'bad'));
  await node.clock.advance(5 * SECOND);
  const { patch: _patch, ...rest } = patch(node, 'a', '');
  await node.engine.override({ ...rest, id: 'all', address: null, kind: 'hold' });
  await node.clock.advance(MINUTE);
  t.same([await it.thing('a'), causes(node)], ['bad', ['override']]);
  await node.engine.release('all', 'ana');
  await node.clock.advance(5 * SECOND);
  t.equal(await it.thing('a'), 'bad', 'its time begins anew');
  await node.settled();
  t.same([await it.thing('a'), causes(node)], ['1', []]);
});

t.test('rule 12: a renewal of many steps is one transaction, and goes back as one', async (t) => {
  await using it = await good({ b: '1' });
  const { node, kind } = it;
  const due = { at: node.clock.now() + MINUTE, value: '2' };
  const key = { value: '1', via: ['1', 'asked', 'signed'], due };
  await node.accept(things(2, { key, b: '1' }, HEALTH));
  kind.script('key').unwell = (value) => value === '2';
  kind.take('apply');
  await node.clock.advance(MINUTE + 15 * SECOND);
  t.same(kind.take('apply'), ['key 1→asked', 'key asked→signed', 'key signed→2', 'key 2→1']);
});

t.test('rule 18: the clocks of a trial restart with the agent, and it comes to the same end', async (t) => {
  await using it = await good();
  const { node, kind } = it;
  kind.script('a').unwell = (value) => value === 'bad';
  await node.engine.override(patch(node, 'a', 'bad'));
  await node.clock.advance(8 * SECOND);
  await using after = await node.crash(losesNothing);
  await after.start();
  await after.clock.advance(5 * SECOND);
  t.same(causes(after), ['override']);
  await after.settled();
  t.same([await after.text('/things/a'), causes(after), [...after.state.overrides]], ['1', [], []]);
});

for (const [what, choose] of [
  ['a kill', losesNothing],
  ['a power cut', losesAll],
] as const) {
  t.test(`proof 1: ${what} anywhere in an override that fails: undone whole, told, nothing left`, async (t) => {
    const wrong: unknown[] = [];
    let kills = 0;
    for (let nth = 0; ; nth += 1) {
      const it = await good({ a: '1', c: { value: '1', dependsOn: ['thing:a'] } });
      const { node, kind } = it;
      kind.script('a').unwell = (value) => value === 'bad';
      let seen = 0;
      node.machine.onPrimitive = ({ primitive, index }) => {
        if (!['rename', 'sync', 'syncData', 'write', 'unlink'].includes(primitive)) return;
        if (seen === nth) node.machine.crashAt(index, 'after');
        seen += 1;
      };
      const over = new AbortController();
      const dead = node.died(over.signal);
      const work = node.engine
        .override(patch(node, 'a', 'bad'))
        .then(() => node.settled())
        .catch(() => {});
      await Promise.race([node.clock.runUntil(work).catch(() => {}), dead]);
      over.abort();
      node.machine.onPrimitive = undefined;
      if (!node.machine.dead) {
        await node.stop();
        break;
      }
      kills += 1;
      await using after = await node.crash(choose);
      await after.start();
      await after.settled();
      await after.clock.advance(MINUTE);
      const a = await after.text('/things/a');
      const verdict = after.engine.publish().verdict;
      const { open, overrides, anomalies } = after.state;
      const left = (await after.fs.list('/things')).filter((name) => name.startsWith('.'));
      if (a !== '1' || verdict !== 'OK' || open.size + overrides.size + anomalies.length + left.length > 0)
        wrong.push({ nth, a, verdict, open: causes(after), overrides: [...overrides.keys()], anomalies, left });
    }
    t.comment(`${kills} crashes`);
    t.ok(kills > 8);
    t.same(wrong, []);
  });
}
