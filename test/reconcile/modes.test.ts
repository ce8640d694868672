/** Rule 20: observe runs the whole pipeline to plan and reports, by node and by kind, and never mutates. */
import t from 'tap';
import { losesNothing } from '../../hostfs/memory-crash.ts';
import { MemoryHost } from '../../hostfs/memory-host.ts';
import { dieAt } from '../support/crash-points.ts';
import { EngineNode, recordingEffects, verified, type Sections } from '../support/engine-node.ts';
import { IntentWatch } from '../support/intent-watch.ts';

const OBSERVE = { settings: { mode: 'observe' } } as const;
const file = (inline: string, more: object = {}): object => ({ content: { inline }, ...more });
const AB: Sections = { files: { '/etc/a': file('a\n'), '/etc/b': file('b\n') } };

t.test('rule 20: a node in mode observe looks, plans and reports, and changes nothing', async (t) => {
  await using node = await EngineNode.on(new MemoryHost(), OBSERVE);
  await node.write('/etc/b', 'theirs\n');
  using watch = new IntentWatch(node.machine);
  await node.start();
  const status = await node.accept(verified(1, AB));
  t.equal(status.verdict, 'Observe');
  t.same(
    status.resources.map(({ address, condition }) => [address, condition]),
    [
      ['file:/etc/a', 'differs'],
      ['file:/etc/b', 'differs'],
    ],
  );
  const plan = await node.engine.preview();
  t.same(
    plan.waves.flat().map(({ address }) => address),
    ['file:/etc/a', 'file:/etc/b'],
  );
  t.equal(plan.withheld, 'mode: observe');
  await node.clock.advance(3 * 60 * 60_000);
  await node.write('/etc/a', 'a\n');
  await node.clock.advance(10_000);
  t.same(
    node.engine.status().resources.map(({ address }) => address),
    ['file:/etc/b'],
    'what comes right by itself is seen',
  );
  t.same(watch.mutations, []);
  t.equal(await node.text('/etc/b'), 'theirs\n');
  await t.rejects(node.engine.rollback('uid 0', 'test'), { code: 'KSN-ENGINE-006' });
  await t.rejects(node.engine.leave('restore', 'uid 0'), { code: 'KSN-ENGINE-006' });
  await t.rejects(node.engine.reconcile('uid 0'), { code: 'KSN-ENGINE-006' });
});

t.test('rule 20: a reload from observe to enforce acts at once, and back again changes nothing more', async (t) => {
  const settings: { mode: 'observe' | 'enforce' } = { mode: 'observe' };
  await using node = await EngineNode.on(new MemoryHost(), { settings });
  await node.start();
  await node.accept(verified(1, AB));
  t.equal(await node.text('/etc/a'), null);
  settings.mode = 'enforce';
  node.engine.reconsider();
  t.equal((await node.settled()).verdict, 'OK');
  t.equal(await node.text('/etc/a'), 'a\n');
  settings.mode = 'observe';
  node.engine.reconsider();
  await node.write('/etc/a', 'theirs\n');
  await node.clock.advance(10_000);
  t.equal(await node.text('/etc/a'), 'theirs\n');
});

t.test('rule 20: one kind is observed while the others are enforced, and what needs it is kept like it', async (t) => {
  await using node = await EngineNode.on(new MemoryHost(), { settings: { kindModes: { files: 'observe' } } });
  await node.start();
  const status = await node.accept(
    verified(1, {
      files: { '/etc/a': file('a\n') },
      links: { '/etc/l': { target: 'a' }, '/etc/m': { target: 'a', dependsOn: ['file:/etc/a'] } },
    }),
  );
  t.equal(await node.text('/etc/a'), null);
  t.equal(await node.text('/etc/l'), '<link>');
  t.equal(await node.text('/etc/m'), null);
  t.same(
    status.resources.map(({ address, condition }) => [address, condition]),
    [
      ['file:/etc/a', 'differs'],
      ['link:/etc/m', 'differs'],
    ],
  );
});

t.test(
  'rule 20: a start in mode observe leaves what a crash left; back in enforce it is finished, effects and all',
  async (t) => {
    const next = verified(2, {
      files: {
        '/etc/a': file('a2\n', { onChange: { 'process:a': { signal: 'SIGHUP' } } }),
        '/etc/b': file('b2\n', { onChange: { 'process:b': { signal: 'SIGHUP' } } }),
      },
    });
    const effects: string[] = [];
    const options = { effects: [recordingEffects(effects)] };
    const node = await EngineNode.on(new MemoryHost(), options);
    await node.start();
    await node.accept(verified(1, AB));
    await node.stop();
    const host = node.machine.crash(losesNothing);
    const dying = await EngineNode.on(host, options);
    host.onPrimitive = ({ primitive, path, index }) => {
      if (primitive === 'rename' && path.startsWith('/etc/.keelson')) host.crashAt(index, 'after');
    };
    await dieAt(dying, host, 0, 'before', async () => {
      await dying.start();
      await dying.accept(next);
    });
    await using observing = await dying.crash(losesNothing, OBSERVE);
    using watch = new IntentWatch(observing.machine);
    await observing.start();
    await observing.clock.advance(2 * 60 * 60_000);
    t.same(watch.mutations, []);
    t.same(effects, []);
    t.same(new Set([await observing.text('/etc/a'), await observing.text('/etc/b')]), new Set(['a2\n', 'b\n']));
    await using enforcing = await observing.crash(losesNothing, { settings: { mode: 'enforce' } });
    await enforcing.start();
    const status = await enforcing.settled();
    t.equal(status.verdict, 'OK');
    t.equal(status.running?.generation, 2);
    t.equal(await enforcing.text('/etc/b'), 'b2\n');
    t.same(effects.map((effect) => effect.split(' ').slice(0, 2).join(' ')).toSorted(), [
      'signal process:a',
      'signal process:b',
    ]);
  },
);

t.test('rule 20: a start in mode observe leaves a repair that a crash cut off', async (t) => {
  const node = await EngineNode.on(new MemoryHost());
  await node.start();
  await node.accept(verified(1, AB));
  await node.write('/etc/a', 'tampered\n');
  let staged = false;
  node.machine.onPrimitive = ({ primitive, path, index }) => {
    staged ||= path.startsWith('/etc/.keelson');
    if (staged && primitive.startsWith('sync') && path === '/var/lib/keelson/journal')
      node.machine.crashAt(index, 'after');
  };
  await dieAt(node, node.machine, 0, 'before', () => node.clock.advance(5_000));
  await using observing = await node.crash(losesNothing, OBSERVE);
  using watch = new IntentWatch(observing.machine);
  await observing.start();
  await observing.clock.advance(2 * 60 * 60_000);
  t.same(watch.mutations, []);
  t.equal(await observing.text('/etc/a'), 'tampered\n');
  await using enforcing = await observing.crash(losesNothing, { settings: { mode: 'enforce' } });
  await enforcing.start();
  t.equal((await enforcing.settled()).verdict, 'OK');
  t.equal(await enforcing.text('/etc/a'), 'a\n');
  t.equal(enforcing.state.open.size, 0);
});
