import t from 'tap';
import { losesNothing } from '../../hostfs/memory-crash.ts';
import { Outsider } from '../hostfs/outsider.ts';
import { scriptedNode, things, type ScriptedNode } from '../support/scripted-node.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const rotating = (it: ScriptedNode, inMs: number) =>
  things(1, { key: { value: '1', due: { at: it.node.clock.now() + inMs, value: '2' } }, other: '1' });

t.test('rule 12: the engine wakes when something is due, learnt from the generation itself', async (t) => {
  await using it = await scriptedNode();
  const { node } = it;
  await node.clock.advance(5 * MINUTE);
  await node.accept(rotating(it, 10 * MINUTE));
  await node.clock.advance(9 * MINUTE);
  t.equal(await it.thing('key'), '1');
  await node.clock.advance(MINUTE + 1_000);
  t.equal(await it.thing('key'), '2');
  t.match(it.kind.deeds.at(-1), { key: 'key', why: 'due' });
});

t.test('rule 12: also months ahead, beyond what one timer can hold', async (t) => {
  await using it = await scriptedNode();
  await it.node.accept(rotating(it, 30 * DAY));
  it.node.clock.jump(29 * DAY);
  await it.node.clock.advance(2 * HOUR);
  t.equal(await it.thing('key'), '1');
  await it.node.clock.advance(DAY);
  t.equal(await it.thing('key'), '2');
});

t.test('rule 12: what became due while the agent was down is done at its start', async (t) => {
  await using it = await scriptedNode();
  await it.node.accept(rotating(it, 10 * MINUTE));
  await it.node.stop();
  it.node.clock.jump(DAY);
  await using after = await it.node.crash(losesNothing);
  await after.start();
  await after.clock.advance(1_000);
  t.equal(await after.text('/things/key'), '2');
});

t.test('rule 12: a jump of the wall clock is noticed within a minute, forward and back', async (t) => {
  await using it = await scriptedNode();
  const { node } = it;
  await node.accept(rotating(it, 10 * HOUR));
  node.clock.jump(11 * HOUR);
  await node.clock.advance(MINUTE + 1_000);
  t.equal(await it.thing('key'), '2');
  node.clock.jump(-11 * HOUR);
  await node.clock.advance(MINUTE + 1_000);
  t.equal(await it.thing('key'), '1', 'a state machine follows the time that is told it');
  await node.clock.advance(11 * HOUR);
  t.equal(await it.thing('key'), '2');
});

t.test('rule 12: everything is looked at once an hour, whatever the watches said', async (t) => {
  await using it = await scriptedNode();
  const { node, kind } = it;
  await node.accept(things(1, { a: '1' }));
  // An edit that no watch reports: made beneath a watch that has ended.
  kind.watched = false;
  await node.stop();
  await using after = await node.crash(losesNothing);
  await after.start();
  await after.clock.advance(MINUTE);
  using hand = new Outsider(after.machine.outside);
  hand.write('/things/a', '9');
  await after.clock.advance(30 * MINUTE);
  t.equal(await after.text('/things/a'), '9', 'nobody has told');
  await after.clock.advance(31 * MINUTE);
  t.equal(await after.text('/things/a'), '1');
});

t.test('rule 12: each transition of a state machine is a change of its own', async (t) => {
  await using it = await scriptedNode();
  const { kind } = it;
  const status = await it.node.accept(
    things(1, { key: { value: 'used', via: ['asked', 'signed', 'placed', 'shown'] } }),
  );
  t.equal(status.verdict, 'OK');
  t.same(kind.take('apply'), [
    'key ·→asked',
    'key asked→signed',
    'key signed→placed',
    'key placed→shown',
    'key shown→used',
  ]);
  t.equal(it.node.state.ledger.get('thing:key')?.original, null);
});

t.test('rule 12: a state machine goes back as one', async (t) => {
  await using it = await scriptedNode();
  const { node, kind } = it;
  await node.accept(things(1, { key: 'old' }));
  kind.script('key').unwell = (value) => value === 'used';
  kind.take('apply');
  await node.accept(things(2, { key: { value: 'used', via: ['asked', 'signed'] } }));
  t.same(kind.take('apply').at(-1), 'key used→old', 'to its earliest state, in one step');
});

t.test('rule 12: a change that does not stay is told from one of many steps', async (t) => {
  await using it = await scriptedNode();
  const { node } = it;
  using hand = new Outsider(node.machine.outside);
  let renamed = 0;
  node.machine.onPrimitive = ({ primitive, args }) => {
    if (renamed > 0 && primitive === 'sync') {
      hand.remove('/things/key');
      renamed = 0;
    }
    if (primitive === 'rename' && args[3] === 'key') renamed += 1;
  };
  const status = await node.accept(things(1, { key: 'used' }));
  t.equal(status.verdict, 'RolledBack');
  t.match(status.reason, { code: 'KSN-EXEC-005', message: /thing:key differs again after 3 changes/ });
});
