import t from 'tap';
import { losesNothing } from '../../hostfs/memory-crash.ts';
import { Outsider } from '../hostfs/outsider.ts';
import { scriptedNode, things } from '../support/scripted-node.ts';

/** The new certificate is placed, and the old one revoked: the first goes back, the second does not. */
const rotated = (more: object = {}) =>
  ({ certificate: { value: 'old-revoked', via: ['new-placed'], undo: 'none' }, gate: '2', ...more }) as const;

t.test('rule 11: what cannot be undone runs after the verdict', async (t) => {
  await using it = await scriptedNode();
  const { node, kind } = it;
  await node.accept(things(1, { certificate: 'first', gate: '1' }));
  kind.take('apply');
  await it.begin(things(2, rotated()), 900);
  t.same(kind.take('apply'), ['certificate first→new-placed', 'gate 1→2'], 'before it, only the rest');
  t.equal((await node.settled()).verdict, 'OK');
  t.same(kind.take('apply'), ['certificate new-placed→old-revoked']);
  t.same(
    node.events.filter(({ type }) => type === 'VerdictGood').map(({ generation }) => generation),
    ['lb/1', 'lb/2'],
  );
});

t.test('rule 11: where the verdict is bad it never runs', async (t) => {
  await using it = await scriptedNode();
  const { node, kind } = it;
  await node.accept(things(1, { certificate: 'first', gate: '1' }));
  kind.script('gate').unwell = (value) => value === '2';
  t.equal((await node.accept(things(2, rotated()))).verdict, 'RolledBack');
  t.equal(await it.thing('certificate'), 'first');
  await node.clock.advance(2 * 3_600_000);
  t.notOk(kind.take('apply').some((line) => line.includes('revoked')));
});

t.test('rule 11: maintenance does not run it before the verdict either', async (t) => {
  await using it = await scriptedNode();
  const { node, kind } = it;
  await node.accept(things(1, { certificate: 'first', gate: '1' }));
  kind.take('apply');
  await it.begin(things(2, rotated(), { health: { stableForMs: 30_000, deadlineMs: 600_000 } }), 1_000);
  using hand = new Outsider(node.machine.outside);
  hand.write('/things/certificate', 'new-placed');
  await node.clock.advance(20_000);
  t.same(kind.take('apply'), ['certificate first→new-placed', 'gate 1→2']);
  t.equal((await node.settled()).verdict, 'OK');
  t.same(kind.take('apply'), ['certificate new-placed→old-revoked']);
});

t.test('rule 11: it is retried, and never undone', async (t) => {
  await using it = await scriptedNode();
  const { node, kind } = it;
  await node.accept(things(1, { certificate: 'first', gate: '1' }));
  let fails = 3;
  kind.script('certificate').beforeApply = ({ undo }) => {
    if (undo === 'none' && (fails -= 1) >= 0) throw new Error('the authority does not answer');
  };
  kind.take('apply');
  await it.begin(things(2, rotated()), 10_000);
  t.equal(node.state.lastKnownGood?.generation, 2, 'it is good all the same');
  t.equal(node.state.blocked.size, 0);
  t.match(
    node.engine.resources().find(({ address }) => address === 'thing:certificate'),
    { condition: 'failed', reason: { message: /the authority does not answer/ } },
  );
  t.equal((await node.settled()).verdict, 'OK');
  t.equal(await it.thing('certificate'), 'old-revoked');
  t.same(kind.take('apply').filter((line) => line.includes('revoked')).length, 4);

  kind.script('gate').unwell = (value) => value === '3';
  t.equal((await node.accept(things(3, rotated({ gate: '3' })))).verdict, 'RolledBack');
  t.equal(await it.thing('certificate'), 'old-revoked', 'a later rollback does not bring it back');
});

t.test('rule 11: gone on with after a restart', async (t) => {
  await using it = await scriptedNode();
  const { node, kind } = it;
  await node.accept(things(1, { certificate: 'first', gate: '1' }));
  let down = true;
  kind.script('certificate').beforeApply = ({ undo }) => {
    if (undo === 'none' && down) throw new Error('the authority does not answer');
  };
  await it.begin(things(2, rotated()), 10_000);
  await using after = await node.crash(losesNothing);
  await after.start();
  await after.clock.advance(60_000);
  t.equal(after.state.open.size, 1, 'it is open until that is done');
  down = false;
  t.equal((await after.settled()).verdict, 'OK');
  t.equal(await after.text('/things/certificate'), 'old-revoked');
});

t.test('rule 11: a newer generation does not wait for it', async (t) => {
  await using it = await scriptedNode();
  const { node, kind } = it;
  await node.accept(things(1, { certificate: 'first', gate: '1' }));
  let down = true;
  kind.script('certificate').beforeApply = ({ undo }) => {
    if (undo === 'none' && down) throw new Error('the authority does not answer');
  };
  await it.begin(things(2, rotated()), 10_000);
  await it.begin(things(3, rotated({ gate: '3' })), 2_000);
  t.equal(await it.thing('gate'), '3');
  t.equal(node.state.lastKnownGood?.generation, 3);
  down = false;
  t.equal((await node.settled()).verdict, 'OK');
  t.equal(await it.thing('certificate'), 'old-revoked', 'the newer one takes it over');
});

t.test('rule 11: its effect that fails is retried like itself', async (t) => {
  await using it = await scriptedNode();
  const { node } = it;
  const haproxy = 'unit:haproxy.service' as const;
  await node.accept(things(1, { certificate: 'first', gate: '1' }));
  it.failing.add(haproxy);
  await it.begin(
    things(2, {
      certificate: { value: 'old-revoked', undo: 'none', effects: [{ target: haproxy, verb: 'reload' }] },
      gate: '2',
    }),
    10_000,
  );
  t.equal(node.state.lastKnownGood?.generation, 2);
  t.equal(await it.thing('certificate'), 'old-revoked');
  it.failing.clear();
  it.effects.length = 0;
  t.equal((await node.settled()).verdict, 'OK');
  t.equal(it.effects.length, 1);
});
