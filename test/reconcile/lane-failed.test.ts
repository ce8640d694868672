/** A lane that fails says so by an event of its own, and begins again. */
import t from 'tap';
import { ScriptedKind } from '../support/scripted-kind.ts';
import { scriptedNode, things } from '../support/scripted-node.ts';

t.test('a kind that cannot plan', async (t) => {
  const kind = new ScriptedKind();
  await using it = await scriptedNode({}, undefined, kind);
  await it.node.accept(things(1, { a: '1' }));
  const plan: typeof kind.plan = (input) => ScriptedKind.prototype.plan.call(kind, input);
  kind.plan = () => {
    throw new Error('no idea');
  };
  await it.tamper('a', '9');
  await it.node.clock.advance(60_000);
  const told = it.node.events.filter(({ reason }) => reason?.code === 'KSN-ENGINE-008');
  t.ok(told.length > 0);
  t.same([...new Set(told.map(({ type }) => type))], ['LaneFailed']);
  kind.plan = plan;
  await it.node.clock.advance(600_000);
  t.equal(await it.thing('a'), '1');
});
