/** Rule 19: "`hold --all` … stops mutation, never observation … Certificate renewal goes on unless named." */
import t from 'tap';
import { losesNothing } from '../../hostfs/memory-crash.ts';
import type { Override } from '../../agent/apply/records.ts';
import type { Address } from '../../agent/resources/kind.ts';
import type { EngineNode } from '../support/engine-node.ts';
import { scriptedNode, things, type ScriptedNode, type Things } from '../support/scripted-node.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
/** Gates hold for two seconds, and have ten. */
const HEALTH = { health: { stableForMs: 2 * SECOND, deadlineMs: 10 * SECOND } };

function hold(node: EngineNode, address: Address | null): Promise<void> {
  const since = node.clock.now();
  return node.engine.override({
    id: `hold-${address}`,
    address,
    kind: 'hold',
    by: 'ana',
    reason: 'test',
    since,
    expires: since + 10 * HOUR,
  } satisfies Override);
}

/** `key` is due in ten minutes. */
const rotating = (it: ScriptedNode, more: Things = {}): Things => ({
  key: { value: '1', due: { at: it.node.clock.now() + 10 * MINUTE, value: '2' } },
  other: '1',
  ...more,
});

async function held(more: Things = {}): Promise<ScriptedNode> {
  const it = await scriptedNode();
  await it.node.accept(things(1, rotating(it, more), HEALTH));
  await hold(it.node, null);
  await it.node.clock.advance(SECOND);
  it.kind.deeds.length = 0;
  return it;
}

t.test('rule 19: under hold --all what is due is renewed, and judged; nothing else changes', async (t) => {
  await using it = await held();
  const { node, kind } = it;
  await it.tamper('other', 'by hand');
  await node.clock.advance(10 * MINUTE);
  t.same([await it.thing('key'), await it.thing('other')], ['2', 'by hand']);
  t.same(kind.take('apply'), ['key 1→2']);
  t.equal(node.engine.publish().verdict, 'Held');
  t.same([...node.state.open.keys()], [], 'its gates have held');
});

t.test('rule 19: … unless its address is named as well', async (t) => {
  await using it = await held();
  const { node, kind } = it;
  await hold(node, 'thing:key');
  await node.clock.advance(HOUR);
  t.equal(await it.thing('key'), '1');
  t.same(kind.take('apply'), []);
  await node.engine.release('hold-thing:key', 'ana');
  await node.clock.advance(5 * SECOND);
  t.equal(await it.thing('key'), '2');
});

t.test('rule 19: a renewal that fails under hold --all goes back, and is tried again later', async (t) => {
  await using it = await held();
  const { node, kind } = it;
  kind.script('key').unwell = (value) => value === '2';
  await node.clock.advance(10 * MINUTE + 15 * SECOND);
  t.same([await it.thing('key'), [...node.state.open.keys()]], ['1', []]);
  kind.script('key').unwell = () => false;
  await node.clock.advance(HOUR);
  t.equal(await it.thing('key'), '2');
});

t.test('rule 19: a hold that comes, or a start, in the middle of a renewal does not stop it', async (t) => {
  await using it = await held();
  const { node, kind } = it;
  await node.engine.release('hold-null', 'ana');
  kind.script('key').unwell = (value) => value === '2';
  await node.clock.advance(10 * MINUTE - SECOND);
  t.equal(await it.thing('key'), '2', 'on trial');
  await hold(node, null);
  await node.clock.advance(5 * SECOND);
  await using after = await node.crash(losesNothing);
  await after.start();
  await after.settled();
  t.equal(await after.text('/things/key'), '1', 'judged, and undone');
});

t.test('rule 19: a generation that the hold has stopped does not keep what is due from going on', async (t) => {
  await using it = await scriptedNode();
  const { node, kind } = it;
  const due = rotating(it);
  await node.accept(things(1, due, HEALTH));
  kind.script('other').waits = 'not yet';
  await it.begin(things(2, { ...due, other: '2' }, HEALTH), 5 * SECOND);
  await hold(node, null);
  kind.script('other').waits = null;
  await node.clock.advance(11 * MINUTE);
  t.same([await it.thing('key'), await it.thing('other')], ['2', '1']);
  await node.engine.release('hold-null', 'ana');
  t.match(await node.settled(), { verdict: 'OK', running: { generation: 2 } });
  t.same([await it.thing('key'), await it.thing('other')], ['2', '2']);
});

t.test('rule 19: nor does a rollback that stands still, where it is not part of that', async (t) => {
  await using it = await scriptedNode();
  const { node, kind } = it;
  const due = rotating(it);
  await node.accept(things(1, due, HEALTH));
  kind.script('other').unwell = (value) => value === '2';
  let stuck = true;
  kind.script('other').beforeApply = ({ why }) => {
    if (why === 'undo' && stuck) throw new Error('stuck');
  };
  await it.begin(things(2, { ...due, other: '2' }, HEALTH), 15 * SECOND);
  await hold(node, null);
  stuck = false;
  await node.clock.advance(11 * MINUTE);
  t.same([await it.thing('key'), await it.thing('other')], ['2', '2']);
  await node.engine.release('hold-null', 'ana');
  t.match(await node.settled(), { verdict: 'RolledBack' });
  t.same([await it.thing('key'), await it.thing('other')], ['2', '1']);
});
