/** Rule 19: commands and holds are overrides, laid over desired, and each must end. */
import t from 'tap';
import type { Override } from '../../agent/apply/records.ts';
import type { Address } from '../../agent/resources/kind.ts';
import { losesNothing } from '../../hostfs/memory-crash.ts';
import { EngineNode, verified } from '../support/engine-node.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const file = (inline: string, more: object = {}): object => ({ content: { inline }, ...more });

function hold(node: EngineNode, address: Address | null, forMs: number, more: Partial<Override> = {}): Override {
  const since = node.clock.now();
  return {
    id: `hold-${address}`,
    address,
    kind: 'hold',
    by: 'uid 0',
    reason: 'test',
    since,
    expires: since + forMs,
    ...more,
  };
}

const patch = (
  node: EngineNode,
  address: Address,
  value: unknown,
  forMs: number,
  more: Partial<Override> = {},
): Override => hold(node, address, forMs, { id: `patch-${address}`, kind: 'patch', patch: value, ...more });

const conditionOf = (node: EngineNode, address: Address): string | undefined =>
  node.engine.resources().find((row) => row.address === address)?.condition;

const AB = { files: { '/etc/a': file('a\n'), '/etc/b': file('b\n') } };

t.test('rule 19: a hold of one address stops its mutation, never its observation; the rest is repaired', async (t) => {
  await using node = await EngineNode.on();
  await node.start();
  await node.accept(verified(1, AB));
  await node.engine.override(hold(node, 'file:/etc/a', HOUR));
  await node.write('/etc/a', 'tampered\n');
  await node.write('/etc/b', 'tampered\n');
  await node.clock.advance(10_000);
  t.equal(await node.text('/etc/a'), 'tampered\n');
  t.equal(await node.text('/etc/b'), 'b\n', 'what is not held is repaired');
  const status = node.engine.status();
  t.equal(status.verdict, 'Held');
  t.match(status.resources, [{ address: 'file:/etc/a', condition: 'held', detail: 'content' }], 'seen and shown');
  t.match(status.overrides, [{ address: 'file:/etc/a', by: 'uid 0', reason: 'test' }]);
  const plan = await node.engine.preview();
  t.same(plan.held, ['file:/etc/a']);
});

t.test('rule 19: a hold of the whole node keeps a new generation and every repair from happening', async (t) => {
  await using node = await EngineNode.on();
  await node.start();
  await node.accept(verified(1, AB));
  await node.engine.override(hold(node, null, HOUR));
  await node.write('/etc/b', 'tampered\n');
  await node.clock.runUntil(
    node.engine.accept(verified(2, { files: { '/etc/a': file('two\n'), '/etc/b': file('b\n') } })),
  );
  await node.clock.advance(10 * MINUTE);
  t.equal(await node.text('/etc/a'), 'a\n');
  t.equal(await node.text('/etc/b'), 'tampered\n');
  const status = node.engine.status();
  t.equal(status.verdict, 'Held');
  t.equal(status.wanted?.generation, 2);
  t.equal(status.running?.generation, 1);
  t.equal(conditionOf(node, 'file:/etc/a'), 'held', 'what it would change is looked at and shown');
  t.match((await node.engine.preview()).withheld, /held/);
  await node.engine.release('hold-null', 'uid 0');
  const after = await node.settled();
  t.equal(after.verdict, 'OK');
  t.equal(after.running?.generation, 2);
  t.equal(await node.text('/etc/a'), 'two\n');
  t.equal(await node.text('/etc/b'), 'b\n');
});

t.test('rule 19: when a hold ends by itself the difference is shown, then repaired', async (t) => {
  await using node = await EngineNode.on();
  await node.start();
  await node.accept(verified(1, AB));
  await node.engine.override(hold(node, 'file:/etc/a', HOUR));
  await node.write('/etc/a', 'tampered\n');
  await node.clock.advance(HOUR - MINUTE);
  t.equal(await node.text('/etc/a'), 'tampered\n');
  await node.clock.advance(3 * MINUTE);
  t.equal(await node.text('/etc/a'), 'a\n');
  t.equal((await node.settled()).verdict, 'OK');
  const told = node.events.filter(({ address }) => address === 'file:/etc/a');
  const [end, shown, repaired] = told.slice(-3);
  t.match(end, { type: 'Released', message: /the hold .* has ended/ });
  t.match(shown, { type: 'DriftReported', message: /held no longer and differs: content/ });
  t.match(repaired, { type: 'DriftRepaired' });
});

t.test('rule 19: expiry is mandatory', async (t) => {
  await using node = await EngineNode.on();
  await node.start();
  const past = hold(node, null, -1);
  await t.rejects(node.engine.override(past), { code: 'KSN-ENGINE-005' });
  await t.rejects(node.engine.override({ ...past, expires: Number.NaN }), { code: 'KSN-ENGINE-005' });
  await t.rejects(node.engine.override({ ...past, expires: undefined as unknown as number }), {
    code: 'KSN-ENGINE-005',
  });
  await t.rejects(node.engine.override({ ...past, expires: Number.POSITIVE_INFINITY }), { code: 'KSN-ENGINE-005' });
  t.equal(node.state.overrides.size, 0);
});

t.test('rule 19: a patch is laid over desired, and taken away when it ends', async (t) => {
  await using node = await EngineNode.on();
  await node.start();
  await node.accept(verified(1, AB));
  await node.engine.override(patch(node, 'file:/etc/a', { mode: '0600', content: { inline: 'patched\n' } }, HOUR));
  await node.settled();
  t.equal(await node.text('/etc/a'), 'patched\n');
  t.equal((await node.fs.lstat('/etc/a'))?.mode, 0o600);
  await node.write('/etc/a', 'tampered\n');
  await node.clock.advance(10_000);
  t.equal(await node.text('/etc/a'), 'patched\n', 'drift is measured against what is patched');
  await node.clock.advance(HOUR + 2 * MINUTE);
  t.equal(await node.text('/etc/a'), 'a\n');
  t.equal((await node.fs.lstat('/etc/a'))?.mode, 0o644);
  t.equal(node.state.open.size, 0);
});

t.test('rule 19: a patch of null takes an item out for a while', async (t) => {
  await using node = await EngineNode.on();
  await node.start();
  await node.accept(verified(1, AB));
  await node.engine.override(patch(node, 'file:/etc/a', null, HOUR));
  await node.settled();
  t.equal(await node.text('/etc/a'), null);
  await node.engine.release('patch-file:/etc/a', 'uid 0');
  await node.settled();
  t.equal(await node.text('/etc/a'), 'a\n');
});

t.test('rule 19: holds survive a restart; run-time-only ones die with the boot', async (t) => {
  await using node = await EngineNode.on();
  await node.start();
  await node.accept(verified(1, AB));
  await node.engine.override(hold(node, 'file:/etc/a', 10 * HOUR));
  await node.engine.override(hold(node, 'file:/etc/b', 10 * HOUR, { bootId: 'boot-1' }));
  await using same = await node.crash(losesNothing);
  await same.start();
  await same.settled();
  t.same(
    same.engine.status().overrides.map(({ address }) => address),
    ['file:/etc/a', 'file:/etc/b'],
  );
  await using next = await same.crash(losesNothing, { bootId: 'boot-2' });
  await next.start();
  await next.settled();
  t.same(
    next.engine.status().overrides.map(({ address }) => address),
    ['file:/etc/a'],
  );
  await next.write('/etc/a', 'tampered\n');
  await next.write('/etc/b', 'tampered\n');
  await next.clock.advance(10_000);
  t.equal(await next.text('/etc/a'), 'tampered\n');
  t.equal(await next.text('/etc/b'), 'b\n');
});

t.test(
  'rule 19: a hold of the node in the middle of a generation: what waits goes on waiting, and nothing is called good',
  async (t) => {
    await using node = await EngineNode.on();
    await node.start();
    await node.accept(verified(1, AB));
    // The disk says no until it is healed, so that generation 2 waits with everything staged anew each time.
    const full = node.machine.fail(({ primitive, path }) =>
      primitive === 'write' && path.startsWith('/etc/.keelson') ? 'ENOSPC' : undefined,
    );
    await node.clock.runUntil(
      node.engine.accept(verified(2, { files: { '/etc/a': file('two\n'), '/etc/b': file('b\n') } })),
    );
    await node.clock.advance(5_000);
    t.equal(node.engine.status().verdict, 'Waiting');
    await node.engine.override(hold(node, null, HOUR));
    full[Symbol.dispose]();
    await node.clock.advance(30 * MINUTE);
    t.equal(await node.text('/etc/a'), 'a\n');
    t.equal(node.state.lastKnownGood?.generation, 1, 'a generation that never happened is not the last known good');
    t.equal(node.state.running?.generation, 1);
    await node.clock.advance(HOUR);
    const status = await node.settled();
    t.equal(status.verdict, 'OK');
    t.equal(status.running?.generation, 2);
    t.equal(await node.text('/etc/a'), 'two\n');
  },
);

t.test(
  'rule 19: a held address stays as it is through a generation, with what needs it; the rest goes on',
  async (t) => {
    await using node = await EngineNode.on();
    await node.start();
    await node.accept(verified(1, { files: { ...AB.files, '/etc/c': file('c\n', { dependsOn: ['file:/etc/a'] }) } }));
    await node.engine.override(hold(node, 'file:/etc/a', HOUR));
    await node.accept(
      verified(2, {
        files: {
          '/etc/a': file('a2\n'),
          '/etc/b': file('b2\n'),
          '/etc/c': file('c2\n', { dependsOn: ['file:/etc/a'] }),
        },
      }),
    );
    t.equal(await node.text('/etc/a'), 'a\n');
    t.equal(await node.text('/etc/b'), 'b2\n');
    t.equal(await node.text('/etc/c'), 'c\n', 'what needs it is kept like it');
    t.equal(node.engine.status().verdict, 'Held');
    await node.clock.advance(HOUR + 2 * MINUTE);
    t.equal(await node.text('/etc/a'), 'a2\n');
    t.equal(await node.text('/etc/c'), 'c2\n');
    t.equal((await node.settled()).verdict, 'OK');
  },
);

t.test('rule 19: a rollback leaves what is held, and goes on when the hold ends', async (t) => {
  await using node = await EngineNode.on();
  await node.start();
  await node.accept(verified(1, AB));
  const bad = verified(2, {
    files: { '/etc/a': file('a2\n', { gates: [{ file: '/run/never' }] }), '/etc/b': file('b2\n') },
  });
  await node.clock.runUntil(node.engine.accept(bad));
  await node.clock.advance(3_000);
  t.equal(await node.text('/etc/a'), 'a2\n', 'under its gates');
  await node.engine.override(hold(node, 'file:/etc/a', HOUR));
  await node.clock.advance(MINUTE);
  t.equal(await node.text('/etc/a'), 'a2\n', 'a person holds it');
  await node.clock.advance(2 * HOUR);
  const status = await node.settled();
  t.equal(await node.text('/etc/a'), 'a\n');
  t.equal(await node.text('/etc/b'), 'b\n');
  t.equal(status.verdict, 'RolledBack');
});

t.test('rule 19: a hold in the middle of a change stops it at the next step', async (t) => {
  await using node = await EngineNode.on();
  await node.start();
  await node.accept(verified(1, AB));
  let held: Promise<void> | null = null;
  node.machine.onPrimitive = ({ primitive, path }) => {
    if (primitive === 'rename' && path.startsWith('/etc/.keelson'))
      held ??= node.engine.override(hold(node, null, HOUR));
  };
  const next = {
    '/etc/a': file('a2\n'),
    '/etc/b': file('b2\n', { dependsOn: ['file:/etc/a'] }),
    '/etc/c': file('c\n', { dependsOn: ['file:/etc/b'] }),
  };
  await node.clock.runUntil(node.engine.accept(verified(2, { files: next })));
  await node.clock.advance(30 * MINUTE);
  t.equal(await node.text('/etc/a'), 'a2\n', 'the step under way is finished');
  t.equal(await node.text('/etc/c'), null, 'the later ones are not begun');
  t.equal(node.state.running?.generation, 1);
  await node.clock.advance(HOUR);
  t.equal((await node.settled()).running?.generation, 2);
  t.equal(await node.text('/etc/c'), 'c\n');
});

t.test('a hold names what is managed here', async (t) => {
  await using node = await EngineNode.on();
  await node.start();
  await node.accept(verified(1, AB));
  await t.rejects(node.engine.override(hold(node, 'file:/nope', HOUR)), {
    code: 'KSN-ENGINE-013',
    element: 'file:/nope',
  });
  await t.rejects(node.engine.override(hold(node, 'link:/etc/a', HOUR)), {
    code: 'KSN-ENGINE-013',
    remedy: /Did you mean 'file:\/etc\/a'/u,
  });
  t.strictSame(node.engine.status().overrides, []);
  await node.engine.override(hold(node, 'file:/etc/a', HOUR));
  await node.engine.override(hold(node, null, HOUR));
  t.equal(node.engine.status().overrides.length, 2);
});
