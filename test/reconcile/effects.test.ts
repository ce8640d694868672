import t from 'tap';
import { losesAll, losesNothing } from '../../hostfs/memory-crash.ts';
import type { CommandSpec } from '../../agent/desired/shared-fields.ts';
import type { Effect } from '../../agent/resources/kind.ts';
import { EngineNode, recordingEffects, verified } from '../support/engine-node.ts';
import { scriptedNode, things, type ScriptedNode } from '../support/scripted-node.ts';

const HAPROXY = 'unit:haproxy.service' as const;
const on = (target: Effect['target'], verb: Effect['verb']): Effect => ({ target, verb });
const command = (words: string): Effect => ({
  target: `command:${words}`,
  verb: 'command',
  command: { argv: words.split(' '), timeoutMs: 1_000 } satisfies CommandSpec,
});
/** Without the ids. */
const ran = ({ effects }: ScriptedNode): readonly string[] =>
  effects.splice(0).map((line) => line.slice(0, line.lastIndexOf(' ')));

t.test('rule 10: after a wave they are coalesced per target, and the strongest verb wins', async (t) => {
  await using it = await scriptedNode();
  await it.node.accept(
    things(1, {
      a: { value: '1', effects: [on(HAPROXY, 'reload')] },
      b: { value: '1', effects: [on(HAPROXY, 'restart'), on('process:chronyd', 'signal')] },
      c: { value: '1', effects: [on(HAPROXY, 'signal'), on('process:chronyd', 'signal')] },
      d: { value: '1', effects: [command('hosts')] },
      e: { value: '1', effects: [command('hosts'), command('keys')] },
      f: { value: '1', effects: [on('unit:*', 'daemon-reload')] },
    }),
  );
  t.same(ran(it), [
    'daemon-reload unit:*',
    `restart ${HAPROXY}`,
    'signal process:chronyd',
    'command command:hosts',
    'command command:keys',
  ]);
});

t.test('rule 10: each wave pays its own debts before the next begins', async (t) => {
  await using it = await scriptedNode();
  const seen: string[] = [];
  for (const key of ['a', 'b'])
    it.kind.script(key).beforeApply = () => void seen.push(`${key} after ${ran(it).join()}`);
  await it.node.accept(
    things(1, {
      a: { value: '1', effects: [on(HAPROXY, 'reload')] },
      b: { value: '1', effects: [on(HAPROXY, 'reload')], dependsOn: ['thing:a'] },
    }),
  );
  t.same(seen, ['a after ', `b after reload ${HAPROXY}`]);
  t.same(ran(it), [`reload ${HAPROXY}`]);
});

t.test('rule 10: dropped if the target itself changes, in the same wave or later', async (t) => {
  for (const dependsOn of [[], ['thing:config']]) {
    await using it = await scriptedNode();
    const section = (config: string, pod: string) =>
      ({
        config: { value: config, effects: [on('thing:pod', 'restart')] },
        pod: { value: pod, dependsOn },
      }) as const;
    await it.node.accept(things(1, section('1', '1')));
    t.same(it.kind.take('effect'), []);
    await it.node.accept(things(2, section('2', '2')));
    t.same(it.kind.take('effect'), []);
    await it.node.accept(things(3, section('3', '2')));
    t.same(it.kind.take('effect'), ['pod restart'], 'its own change restarts nothing here');
  }
});

t.test('rule 10: owed where the target changed in an earlier wave', async (t) => {
  await using it = await scriptedNode();
  await it.node.accept(
    things(1, { pod: '1', config: { value: '1', effects: [on('thing:pod', 'restart')], dependsOn: ['thing:pod'] } }),
  );
  t.same(it.kind.take('effect'), ['pod restart']);
});

t.test('rule 10: a failure fails the generation; going back is owed too', async (t) => {
  await using it = await scriptedNode();
  const { node } = it;
  const config = (value: string) => ({
    config: { value, effects: [on(HAPROXY, 'reload')] },
    last: { value, dependsOn: ['thing:config'] },
  });
  await node.accept(things(1, config('1')));
  ran(it);
  it.failing.add(HAPROXY);
  await it.begin(things(2, config('2')), 0);
  t.same(ran(it).slice(0, 1), [`reload ${HAPROXY}`]);
  t.equal(await it.thing('last'), '1', 'nothing follows it');
  it.failing.clear();
  const status = await node.settled();
  t.equal(status.verdict, 'RolledBack');
  t.match(status.reason, { code: 'KSN-EXEC-003', message: /reload unit:haproxy.service failed/ });
  t.equal(await it.thing('config'), '1');
  t.same(ran(it).at(-1), `reload ${HAPROXY}`, 'with the old configuration');
});

t.test('rule 10: what nothing here can run is skipped, said, and no failure', async (t) => {
  await using it = await scriptedNode({ effects: [] });
  const status = await it.node.accept(things(1, { a: { value: '1', effects: [on(HAPROXY, 'reload')] } }));
  t.equal(status.verdict, 'OK');
  t.match(it.node.events.find(({ type }) => type === 'EffectSkipped')?.message, /unit:haproxy/);
});

t.test('rule 10: a removal owes what its item owed', async (t) => {
  await using it = await scriptedNode();
  await it.node.accept(things(1, { a: { value: '1', effects: [on(HAPROXY, 'reload')] } }));
  ran(it);
  await it.node.accept(things(2, {}));
  t.same(ran(it), [`reload ${HAPROXY}`]);
});

t.test('rule 10: taking over what is already so owes nothing', async (t) => {
  await using it = await scriptedNode();
  await it.tamper('a', '1');
  await it.node.accept(things(1, { a: { value: '1', effects: [on(HAPROXY, 'reload')] } }));
  t.same(ran(it), []);
  t.ok(it.node.state.ledger.has('thing:a'));
});

t.test(
  'rule 10: a repair owes its effect until it has run, and is not well before; others are repaired meanwhile',
  async (t) => {
    await using it = await scriptedNode();
    const { node } = it;
    await node.accept(things(1, { a: { value: '1', effects: [on(HAPROXY, 'reload')] }, b: '1' }));
    ran(it);
    it.failing.add(HAPROXY);
    await it.tamper('a', 'tampered');
    await node.clock.advance(3_000);
    t.equal(await it.thing('a'), '1');
    await it.tamper('b', 'tampered');
    await node.clock.advance(3_000);
    t.equal(await it.thing('b'), '1');
    for (const minutes of [1, 10, 60, 120]) {
      await node.clock.advance(minutes * 60_000);
      t.match(node.status, { verdict: 'Degraded', reason: { message: /reload unit:haproxy.service failed/ } });
    }
    const tries = ran(it).length;
    t.ok(tries > 5 && tries < 40, `tried ${tries} times in three hours`);

    await using after = await node.crash(losesAll);
    await after.start();
    await after.clock.advance(1_000);
    t.match(after.status, { verdict: 'Degraded' }, 'a restart does not forget');
    it.failing.clear();
    await after.clock.advance(11 * 60_000);
    t.equal(after.status?.verdict, 'OK');
    t.equal(after.state.open.size, 0);
  },
);

/** Generation 2 is killed when its change of `a` is made, before that is synced, and nothing that it owes has run. */
async function killed(section: Parameters<typeof things>[1]): Promise<ScriptedNode> {
  const it = await scriptedNode();
  await it.node.accept(things(1, { a: '1', b: '1' }));
  ran(it);
  const { machine } = it.node;
  machine.onPrimitive = ({ primitive, args, index }) => {
    if (primitive === 'rename' && args[3] === 'a') machine.crashAt(index, 'after');
  };
  const over = new AbortController();
  const dead = it.node.died(over.signal);
  await Promise.race([it.node.accept(things(2, section)).catch(() => {}), dead]);
  over.abort();
  it.effects.length = 0;
  return it;
}

t.test('rule 10: a reboot discharges what is volatile, but no command', async (t) => {
  const owing = { a: { value: '2', effects: [on(HAPROXY, 'restart'), command('hosts')] }, b: '1' } as const;
  await t.test('same boot', async (t) => {
    const it = await killed(owing);
    await using after = await it.node.crash(losesNothing);
    await after.start();
    t.equal((await after.settled()).verdict, 'OK');
    t.equal(await after.text('/things/a'), '2');
    t.same(ran(it), [`restart ${HAPROXY}`, 'command command:hosts']);
  });
  await t.test('new boot', async (t) => {
    const it = await killed(owing);
    await using after = await it.node.crash(losesNothing, { bootId: 'boot-2' });
    await after.start();
    t.equal((await after.settled()).verdict, 'OK');
    t.equal(await after.text('/things/a'), '2');
    t.same(ran(it), ['command command:hosts']);
  });
  await t.test('new boot, and more to do in it', async (t) => {
    const it = await killed({
      ...owing,
      b: { value: '2', dependsOn: ['thing:a'], effects: [on('process:b', 'signal')] },
    });
    await using after = await it.node.crash(losesNothing, { bootId: 'boot-2' });
    await after.start();
    t.equal((await after.settled()).verdict, 'OK');
    t.same(ran(it), ['command command:hosts', 'signal process:b'], 'what was discharged stays so');
  });
  await t.test('new boot, and the change itself was lost: it is made in this boot, and owes again', async (t) => {
    const it = await killed(owing);
    await using after = await it.node.crash(losesAll, { bootId: 'boot-2' });
    t.equal(await after.text('/things/a'), '1', 'so that services have read the old one at boot');
    await after.start();
    t.equal((await after.settled()).verdict, 'OK');
    t.equal(await after.text('/things/a'), '2');
    t.same(ran(it), [`restart ${HAPROXY}`, 'command command:hosts']);
  });
});

t.test('rule 10: after a restart too, no effect runs whose target is still to change', async (t) => {
  const it = await killed({
    a: { value: '2', effects: [on('thing:b', 'restart')] },
    b: { value: '2', dependsOn: ['thing:a'] },
  });
  it.kind.deeds.length = 0;
  await using after = await it.node.crash(losesNothing);
  await after.start();
  t.equal((await after.settled()).verdict, 'OK');
  t.same([it.kind.take('apply'), it.kind.take('effect')], [['b 1→2'], []]);
});

const pod = (content: string) =>
  verified(
    content === 'one' ? 1 : 2,
    {
      files: { '/etc/haproxy/haproxy.cfg': { content: { inline: content }, onChange: { 'pod:haproxy': 'restart' } } },
      staticPods: {
        haproxy: {
          pod: {
            apiVersion: 'v1',
            kind: 'Pod',
            metadata: { name: 'haproxy' },
            spec: { containers: [{ name: 'haproxy', image: 'localhost/haproxy' }] },
          },
        },
      },
    },
    { health: { stableForMs: 0, deadlineMs: 1_000 } },
  );

t.test('proof 3: killed anywhere, the pod ends on the new content, restarted at most once an effect id', async (t) => {
  const good = await EngineNode.on(undefined, { effects: [recordingEffects([])] });
  await good.start();
  await good.accept(pod('one'));
  await good.stop();
  const nonceOf = async (node: EngineNode): Promise<string> =>
    /keelson.dev\/nonce":\s*"([^"]+)/.exec((await node.text('/etc/kubernetes/manifests/haproxy.json')) ?? '')?.[1] ??
    '';
  const first = await nonceOf(good);
  const wrong: unknown[] = [];
  let kills = 0;
  for (let nth = 0; ; nth += 1) {
    const same = nth % 2 === 0;
    const node = await EngineNode.on(good.machine.crash(losesNothing));
    await node.start();
    let renamed = false;
    let seen = 0;
    node.machine.onPrimitive = ({ primitive, args, index }) => {
      renamed ||= primitive === 'rename' && args[3] === 'haproxy.cfg';
      if (!renamed || !['rename', 'sync', 'syncData', 'write'].includes(primitive)) return;
      if (seen === nth >> 1) node.machine.crashAt(index, 'after');
      seen += 1;
    };
    const over = new AbortController();
    const dead = node.died(over.signal);
    await Promise.race([node.accept(pod('two')).catch(() => {}), dead]);
    over.abort();
    node.machine.onPrimitive = undefined;
    if (!node.machine.dead) {
      await node.stop();
      break;
    }
    kills += 1;
    const after = await node.crash(losesNothing, same ? {} : { bootId: 'boot-2' });
    const atBoot = { content: await after.text('/etc/haproxy/haproxy.cfg'), nonce: await nonceOf(after) };
    /** Every nonce that kubelet comes to see: each is a restart. */
    const nonces = new Set([first, atBoot.nonce]);
    await after.start();
    await after.accept(pod('two'));
    nonces.add(await nonceOf(after));
    const status = after.engine.publish();
    // At boot the pod started on what was there; in the same boot it has to have been restarted since.
    const isFresh = same ? nonces.size > 1 : atBoot.content === 'two' || nonces.size > 1;
    if (
      status.verdict !== 'OK' ||
      (await after.text('/etc/haproxy/haproxy.cfg')) !== 'two' ||
      !isFresh ||
      nonces.size > 2
    )
      wrong.push({ nth, same, verdict: status.verdict, nonces: [...nonces] });
    await after.stop();
  }
  t.comment(`${kills} kills`);
  t.ok(kills > 10);
  t.same(wrong, []);
});
