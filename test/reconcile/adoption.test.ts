/** Rule 17: what was there and is not ours is taken over in sight of everybody, or not at all; it can always go back. */
import t from 'tap';
import { EngineNode, verified } from '../support/engine-node.ts';

const file = (inline: string, more: object = {}): object => ({ content: { inline }, ...more });
const FAILING = { gates: [{ file: '/run/never' }] };

async function found(
  things: Readonly<Record<string, string>>,
  adoption: 'allow' | 'deny' = 'allow',
): Promise<EngineNode> {
  const node = await EngineNode.on(undefined, { settings: { adoption } });
  for (const [path, content] of Object.entries(things)) await node.write(path, content, 0o640);
  await node.start();
  return node;
}

const modeOf = async (node: EngineNode, path: string): Promise<number | undefined> => (await node.fs.lstat(path))?.mode;

t.test('rule 17: an unowned thing that differs is taken over, and the plan says so', async (t) => {
  await using node = await found({ '/etc/a': 'theirs\n', '/etc/b': 'same\n' });
  const spec = verified(1, {
    files: { '/etc/a': file('ours\n'), '/etc/b': file('same\n', { mode: '0640' }), '/etc/c': file('new\n') },
  });
  const plan = (await node.engine.preview(spec)).waves.flat();
  t.match(
    plan.find(({ address }) => address === 'file:/etc/a'),
    { adopts: true, summary: /^take over: content, mode 0640 → 0644/ },
  );
  t.match(
    plan.find(({ address }) => address === 'file:/etc/b'),
    { adopts: true, summary: 'adopt as it is' },
  );
  t.match(
    plan.find(({ address }) => address === 'file:/etc/c'),
    { adopts: false, summary: 'create' },
  );
  await node.accept(spec);
  t.equal(await node.text('/etc/a'), 'ours\n');
  const row = node.state.ledger.get('file:/etc/a');
  t.match(row?.original, { type: 'file', mode: '0640' }, 'what it was is in the ledger');
  const { content } = (row?.original ?? {}) as { content: `hmac:${string}` };
  const kept = await node.opened.reconciliation.execution.hosts.stage.content(content);
  t.equal(Buffer.from(kept).toString(), 'theirs\n', 'and its bytes in the store');
});

t.test('rule 17: local policy refuses: it waits, with what needs it; the rest goes on', async (t) => {
  await using node = await found({ '/etc/a': 'theirs\n', '/etc/same': 'same\n' }, 'deny');
  const spec = verified(1, {
    files: {
      '/etc/a': file('ours\n'),
      '/etc/b': file('b\n', { dependsOn: ['file:/etc/a'] }),
      '/etc/c': file('c\n'),
      '/etc/same': file('same\n', { mode: '0640' }),
    },
  });
  await node.clock.runUntil(node.engine.accept(spec));
  await node.clock.advance(60 * 60_000);
  const status = node.engine.status();
  t.equal(status.verdict, 'Waiting');
  t.match(status.reason, { code: 'KSN-PLAN-005', message: /file:\/etc\/a/ });
  t.equal(await node.text('/etc/a'), 'theirs\n');
  t.equal(await node.text('/etc/b'), null);
  t.equal(await node.text('/etc/c'), 'c\n');
  t.ok(node.state.ledger.has('file:/etc/same'), 'what is as desired loses nothing and is taken');
  t.same(status.blocked, [], 'waiting is not failing');
  t.match((await node.engine.preview()).waits, [
    { address: 'file:/etc/a', until: 'input' },
    { address: 'file:/etc/b' },
  ]);
  // Somebody moves the old thing away.
  await (await node.outside()).remove('/etc/a');
  await node.clock.advance(2 * 60_000);
  const after = await node.settled();
  t.equal(after.verdict, 'OK');
  t.equal(await node.text('/etc/a'), 'ours\n');
  t.equal(await node.text('/etc/b'), 'b\n');
});

t.test('rule 17: what was made by Keelson is repaired whatever the policy says of adoption', async (t) => {
  await using node = await found({}, 'deny');
  await node.accept(verified(1, { files: { '/etc/a': file('ours\n') } }));
  await node.write('/etc/a', 'tampered\n');
  await node.clock.advance(10_000);
  t.equal(await node.text('/etc/a'), 'ours\n');
});

t.test('rule 17: without a last known good a rollback means as found, byte for byte', async (t) => {
  await using node = await found({ '/etc/a': 'theirs\0\u00e9\n', '/etc/b': 'same\n' });
  const outside = await node.outside();
  await outside.stageLink('/etc/l', '.l', 'a', { uid: 0, gid: 0 });
  await outside.publish('/etc/l', '.l');
  const status = await node.accept(
    verified(1, {
      directories: { '/etc/d': { mode: '0700' } },
      files: {
        '/etc/a': file('ours\n', FAILING),
        '/etc/b': file('same\n', { mode: '0640' }),
        '/etc/d/new': file('new\n'),
      },
      links: { '/etc/l': { target: 'b' } },
    }),
  );
  t.equal(status.verdict, 'RolledBack');
  t.equal(status.running, undefined);
  t.equal(await node.text('/etc/a'), 'theirs\0\u00e9\n');
  t.equal(await modeOf(node, '/etc/a'), 0o640);
  t.equal((await node.fs.lstat('/etc/l'))?.target, 'a');
  t.equal(await node.text('/etc/d'), null);
  t.equal(node.state.ledger.size, 0, 'nothing is ours');
  await node.write('/etc/a', 'edited\n');
  await node.clock.advance(60_000);
  t.equal(await node.text('/etc/a'), 'edited\n', 'and nothing is repaired');
});

t.test('rule 17: a second generation that takes over and fails gives back what the first did not own', async (t) => {
  await using node = await found({ '/etc/a': 'theirs\n' });
  await node.accept(verified(1, { files: { '/etc/c': file('c\n') } }));
  await node.accept(verified(2, { files: { '/etc/c': file('c\n'), '/etc/a': file('ours\n', FAILING) } }));
  t.equal(await node.text('/etc/a'), 'theirs\n');
  t.equal(await modeOf(node, '/etc/a'), 0o640);
  t.notOk(node.state.ledger.has('file:/etc/a'));
  t.equal(await node.text('/etc/c'), 'c\n');
});
