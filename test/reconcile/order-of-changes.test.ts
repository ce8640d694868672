import t from 'tap';
import { verified } from '../support/engine-node.ts';
import { scriptedNode, things } from '../support/scripted-node.ts';

t.test('rule 4: what is needed comes first, and dependents wait until it is well', async (t) => {
  await using it = await scriptedNode();
  const { node, kind } = it;
  kind.script('a').progressingMs = 3_000;
  await it.begin(
    things(1, {
      d: { value: '1', dependsOn: ['thing:c'] },
      c: { value: '1', dependsOn: ['thing:a', 'thing:b'] },
      b: '1',
      a: '1',
    }),
    2_000,
  );
  t.same(kind.take('apply'), ['a ·→1', 'b ·→1']);
  await node.settled();
  t.same(kind.take('apply'), ['c ·→1', 'd ·→1']);
});

t.test('rule 4: removals come last, dependents first', async (t) => {
  await using it = await scriptedNode();
  const { node, kind } = it;
  await node.accept(
    things(1, {
      a: '1',
      b: { value: '1', dependsOn: ['thing:a'] },
      c: { value: '1', dependsOn: ['thing:b'] },
      stays: '1',
    }),
  );
  kind.take('apply');
  await node.accept(things(2, { stays: '2', comes: { value: '2', dependsOn: ['thing:stays'] } }));
  t.same(kind.take('apply'), ['stays 1→2', 'comes ·→2', 'c 1→·', 'b 1→·', 'a 1→·']);
});

t.test('rule 4: a removal that frees a claim goes first and is waited for', async (t) => {
  await using it = await scriptedNode();
  const { node, kind } = it;
  const port = { claims: ['port:tcp/443'] } as const;
  await node.accept(things(1, { old: { value: '1', ...port }, user: { value: '1', dependsOn: ['thing:old'] } }));
  kind.take('apply');
  kind.script('old').progressingMs = 5_000;
  await it.begin(things(2, { new: { value: '2', ...port } }), 4_000);
  t.same(kind.take('apply'), ['user 1→·', 'old 1→·'], 'with what needs it before it');
  await node.settled();
  t.same(kind.take('apply'), ['new ·→2']);
});

t.test('rule 4: what takes a claim does not go on where it was not freed', async (t) => {
  await using it = await scriptedNode();
  const { node, kind } = it;
  const port = { claims: ['port:tcp/443'] } as const;
  await node.accept(things(1, { old: { value: '1', ...port }, bad: '1' }));
  kind.script('bad').unwell = (value) => value === '2';
  await it.begin(things(2, { new: { value: '2', ...port }, bad: '2' }), 5_000);
  kind.script('new').beforeApply = () => {
    throw new Error('new does not go');
  };
  kind.take('apply');
  await node.clock.advance(30_000);
  t.equal(await it.thing('bad'), '1');
  t.equal(await it.thing('old'), null, 'old needs the port that new still has');
  t.same(
    kind.take('apply').filter((line) => line.startsWith('old')),
    [],
  );
  kind.script('new').beforeApply = () => {};
  t.equal((await node.settled()).verdict, 'RolledBack');
  t.same([await it.thing('old'), await it.thing('new')], ['1', null]);
});

t.test('rule 4: where a dependent cannot be removed, what it needs stays', async (t) => {
  await using it = await scriptedNode();
  const { node, kind } = it;
  await node.accept(things(1, { bad: '1' }));
  kind.script('bad').unwell = (value) => value === '2';
  await it.begin(
    things(2, { bad: '2', config: '2', pod: { value: '2', dependsOn: ['thing:config'] }, other: '2' }),
    5_000,
  );
  kind.script('pod').beforeApply = () => {
    throw new Error('the pod does not go');
  };
  await node.clock.advance(30_000);
  t.same([await it.thing('pod'), await it.thing('config'), await it.thing('other')], ['2', '2', null]);
  kind.script('pod').beforeApply = () => {};
  await node.settled();
  t.same(await node.fs.list('/things'), ['bad']);
});

t.test('rule 4: a rollback is ordered anew, not played backwards', async (t) => {
  await using it = await scriptedNode();
  const { node, kind } = it;
  const chain = (value: string) => ({ config: value, pod: { value, dependsOn: ['thing:config'] } });
  await node.accept(things(1, { ...chain('1'), goes: '1' }));
  kind.script('pod').unwell = (value) => value === '2';
  kind.script('config').progressingMs = 1_000;
  await it.begin(things(2, { ...chain('2'), comes: '2' }), 5_000);
  kind.take('apply');
  await node.settled();
  t.same(kind.take('apply'), ['config 2→1', 'pod 2→1', 'comes 2→·']);
  t.equal(await it.thing('goes'), '1', 'it never went: what was built before it was not well');
});

t.test('rule 4: states are equal under the fingerprint of their kind; a nonce is no difference', async (t) => {
  await using it = await scriptedNode();
  const { node } = it;
  const pod = (image: string, more: object = {}) => ({
    staticPods: {
      x: {
        pod: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'x' }, spec: { containers: [{ name: 'x', image }] } },
        ...more,
      },
    },
  });
  await node.accept(verified(1, pod('localhost/x:1')));
  const manifest = '/etc/kubernetes/manifests/x.json';
  const before = await node.text(manifest);
  t.equal(
    (await node.accept(verified(2, pod('localhost/x:2', { gates: [{ file: '/run/never' }] })))).verdict,
    'RolledBack',
  );
  const after = await node.text(manifest);
  t.not(after, before, 'kubelet sees another pod');
  t.match(after, /localhost\/x:1/);
  t.same((await node.engine.preview()).waves, [], 'and nothing is left to do');
});

t.test('rule 4: a circle is refused before anything is staged', async (t) => {
  await using it = await scriptedNode();
  const status = await it.node.accept(
    things(1, { a: { value: '1', dependsOn: ['thing:b'] }, b: { value: '1', dependsOn: ['thing:a'] }, c: '1' }),
  );
  t.same([it.kind.take('stage'), it.kind.take('apply')], [[], []]);
  t.equal(status.verdict, 'RolledBack');
  t.match(status.reason, { code: 'KSN-PLAN-001', message: /thing:a → thing:b → thing:a/ });
});
