/** Rules 5, 6 and 10 where the effect of what only the failed generation has fails again and again. */
import t from 'tap';
import { losesAll } from '../../hostfs/memory-crash.ts';
import type { CommandSpec } from '../../agent/desired/shared-fields.ts';
import type { Effect } from '../../agent/resources/kind.ts';
import { scriptedNode, things, type ScriptedNode } from '../support/scripted-node.ts';

const HAPROXY = 'unit:haproxy.service' as const;
const RELOAD: Effect = { target: HAPROXY, verb: 'reload' };
const HOSTS: Effect = {
  target: 'command:hosts',
  verb: 'command',
  command: { argv: ['/bin/hosts', '--all'], timeoutMs: 1_000 } satisfies CommandSpec,
};
const MINUTE = 60_000;

const good = { a: { value: '1', effects: [RELOAD] }, b: '1', needy: { value: '1', dependsOn: ['thing:a'] } };
const second = things(2, { ...good, a: { value: '2', effects: [RELOAD] }, new: { value: '2', effects: [HOSTS] } });

/** Generation 1 is good; in generation 2, `new` owes a command that always fails. */
async function failing(): Promise<ScriptedNode> {
  const it = await scriptedNode();
  await it.node.accept(things(1, good));
  it.effects.length = 0;
  it.failing.add('command:hosts');
  return it;
}

const triesOf = ({ effects }: ScriptedNode, target: string): number =>
  effects.filter((line) => line.includes(target)).length;

t.test('rule 5: what only the failed generation owes is tried for two minutes, given up, and named', async (t) => {
  await using it = await failing();
  const { node } = it;
  await it.begin(second, 90_000);
  t.match(node.status, { verdict: 'Degraded' }, 'two minutes long, and not well meanwhile');
  const status = await node.settled();
  t.equal(status.verdict, 'RolledBack');
  const tries = triesOf(it, 'command:hosts');
  t.ok(tries >= 8 && tries <= 10, `${tries} tries`);
  t.match(status.reason, { code: 'KSN-EXEC-003', message: /command:hosts failed/ });
  t.match(status.next, /gave up command:hosts: .*run it by hand.*push 3/);
  t.match(node.events.find(({ type }) => type === 'EffectLeft')?.reason, {
    code: 'KSN-EXEC-012',
    element: 'command:hosts',
  });
  t.same([await it.thing('a'), await it.thing('new'), node.state.open.size], ['1', null, 0]);
  t.equal(triesOf(it, HAPROXY), 2, 'what the last known good owes has run');

  await node.clock.advance(10 * 60 * MINUTE);
  t.equal(triesOf(it, 'command:hosts'), tries, 'and is not tried again');
  await using after = await node.crash(losesAll);
  await after.start();
  t.match((await after.settled()).next, /command:hosts/, 'said after a restart too');
});

t.test('rule 5: what the last known good owes as well is never given up', async (t) => {
  for (const also of [{ b: { value: '1', effects: [HOSTS] } }, { b: { value: '1', effects: [RELOAD] } }] as const) {
    const target = also.b.effects[0].target;
    await using it = await scriptedNode();
    const { node } = it;
    await node.accept(things(1, { a: '1', ...also }));
    it.failing.add(target);
    await it.begin(things(2, { a: '1', ...also, new: { value: '2', effects: also.b.effects } }), 60 * MINUTE);
    t.match(node.status, { verdict: 'Degraded', rollbackIncomplete: { message: new RegExp(target) } });
    it.failing.clear();
    t.equal((await node.settled()).verdict, 'RolledBack');
  }
});

t.test('rule 5: nothing is given up while anything else is not back yet', async (t) => {
  await using it = await failing();
  const { node, kind } = it;
  let stuck = true;
  kind.script('a').beforeApply = ({ why }) => {
    if (why === 'undo' && stuck) throw new Error('a is stuck');
  };
  await it.begin(second, 30 * MINUTE);
  t.match(node.status?.rollbackIncomplete?.message, /a is stuck|command:hosts/);
  t.notOk(node.events.some(({ type }) => type === 'EffectLeft'));
  stuck = false;
  t.equal((await node.settled()).verdict, 'RolledBack');
});

t.test('rule 5: why there is a rollback and what keeps it open are told apart', async (t) => {
  await using it = await failing();
  const { node, kind } = it;
  kind.script('a').beforeApply = ({ why }) => {
    if (why === 'undo') throw new Error('a is stuck');
  };
  it.failing.clear();
  kind.script('new').unwell = (value) => value === '2';
  await it.begin(second, MINUTE);
  t.match(node.status, {
    verdict: 'Degraded',
    reason: { message: /thing:new is unwell/ },
    rollbackIncomplete: { message: /a is stuck/ },
    next: /mend what keeps it open/,
  });
});

t.test('rule 6: drift elsewhere is repaired while a rollback cannot come to its end', async (t) => {
  await using it = await failing();
  const { node, kind } = it;
  let stuck = true;
  kind.script('a').beforeApply = ({ why }) => {
    if (why === 'undo' && stuck) throw new Error('a is stuck');
  };
  await it.begin(second, MINUTE);
  t.equal(node.status?.verdict, 'Degraded');
  await it.tamper('b', 'by hand');
  await it.tamper('needy', 'by hand');
  await node.clock.advance(10_000);
  t.equal(await it.thing('b'), '1');
  t.equal(await it.thing('a'), '2', 'what is to go back is the rollback’s');
  t.equal(await it.thing('needy'), 'by hand', 'and what needs it waits for it');
  stuck = false;
  t.equal((await node.settled()).verdict, 'RolledBack');
  await node.clock.advance(10_000);
  t.same([await it.thing('a'), await it.thing('needy')], ['1', '1']);
});

t.test('rule 6: a repair that would tell something of what is to go back waits for it', async (t) => {
  await using it = await scriptedNode();
  const { node, kind } = it;
  const section = (value: string) =>
    ({ pod: value, config: { value: '1', effects: [{ target: 'thing:pod', verb: 'restart' }] } }) as const;
  await node.accept(things(1, section('1')));
  kind.script('pod').unwell = (value) => value === '2';
  let stuck = true;
  kind.script('pod').beforeApply = ({ why }) => {
    if (why === 'undo' && stuck) throw new Error('pod is stuck');
  };
  await it.begin(things(2, section('2')), MINUTE);
  kind.take('effect');
  await it.tamper('config', 'by hand');
  await node.clock.advance(30_000);
  t.same([await it.thing('config'), kind.take('effect')], ['by hand', []]);
  stuck = false;
  t.equal((await node.settled()).verdict, 'RolledBack');
  t.equal(await it.thing('config'), '1');
});
