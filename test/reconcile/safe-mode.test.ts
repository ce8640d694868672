/** Rule 20, safe mode: three abnormal exits in ten minutes of one boot → observe, the generation blocked, the last step named. */
import t from 'tap';
import { losesNothing } from '../../hostfs/memory-crash.ts';
import { MemoryHost } from '../../hostfs/memory-host.ts';
import { dieAt } from '../support/crash-points.ts';
import { EngineNode, verified, type EngineNodeOptions } from '../support/engine-node.ts';
import { IntentWatch } from '../support/intent-watch.ts';

const MINUTE = 60_000;
const file = (inline: string, more: object = {}): object => ({ content: { inline }, ...more });
const good = verified(1, { files: { '/etc/a': file('a\n') } });
/** A step after the other: each start dies in the next. */
const deadly = verified(2, {
  files: {
    '/etc/a': file('deadly\n'),
    '/etc/b': file('b2\n', { dependsOn: ['file:/etc/a'] }),
    '/etc/c': file('c2\n', { dependsOn: ['file:/etc/b'] }),
    '/etc/d': file('d2\n', { dependsOn: ['file:/etc/c'] }),
  },
});

/** Runs it until somebody publishes a temporary, which kills the agent there. */
async function die(node: EngineNode, work: (node: EngineNode) => Promise<unknown>): Promise<void> {
  node.machine.onPrimitive = ({ primitive, path, index }) => {
    if (primitive === 'rename' && path.includes('/.keelson-')) node.machine.crashAt(index, 'after');
  };
  await dieAt(node, node.machine, 0, 'before', async () => {
    await work(node);
  });
}

/** Dies of no primitive: the process ends while it rests. */
async function killed(node: EngineNode, more: EngineNodeOptions = {}): Promise<EngineNode> {
  const next = await node.crash(losesNothing, more);
  await next.start();
  return next;
}

/** The agent was killed `times` times in the middle of the deadly generation; the next one is not started yet. */
async function afterCrashes(
  times: number,
  apartMs = 1_000,
  more: (nth: number) => EngineNodeOptions = () => ({}),
): Promise<EngineNode> {
  const first = await EngineNode.on(new MemoryHost());
  await first.start();
  await first.accept(good);
  await first.stop();
  let node = await first.crash(losesNothing);
  for (let nth = 0; nth < times; nth += 1) {
    await node.clock.advance(apartMs);
    await die(node, async () => {
      await node.start();
      await node.accept(deadly);
    });
    node = await node.crash(losesNothing, more(nth));
  }
  return node;
}

t.test(
  'rule 20: after the third abnormal exit the agent only observes; the generation is blocked, the last step named',
  async (t) => {
    await using node = await afterCrashes(3);
    using watch = new IntentWatch(node.machine);
    await node.start();
    await node.clock.advance(2 * 60 * MINUTE);
    const status = node.engine.status();
    t.equal(status.verdict, 'SafeMode');
    t.match(status.reason, {
      code: 'KSN-ENGINE-012',
      message: /three times in ten minutes; the last journal step was file:\/etc\/c: create/,
    });
    t.match(status.next, /safe-mode off/);
    t.match(status.blocked, [{ generation: 2, reason: { code: 'KSN-ENGINE-012' } }]);
    t.same(watch.mutations, [], 'nothing is changed');
    t.ok(node.events.some(({ type }) => type === 'SafeModeEntered'));
    t.ok(
      status.resources.some(({ address, condition }) => address === 'file:/etc/a' && condition === 'differs'),
      'what differs from the last known good is seen',
    );
    await t.rejects(node.engine.retry(2, 'uid 0', 'test'), { code: 'KSN-ENGINE-006' });
  },
);

t.test('rule 20: safe mode survives a restart, and off ends it: the blocked generation is rolled back', async (t) => {
  await using node = await afterCrashes(3);
  await node.start();
  await node.stop();
  await using next = await node.crash(losesNothing);
  await next.start();
  await next.clock.advance(10 * MINUTE);
  t.equal(next.engine.status().verdict, 'SafeMode');
  await next.engine.safeMode(false, 'uid 0', 'mended');
  const status = await next.settled();
  t.equal(status.verdict, 'RolledBack');
  t.match(status.reason, { code: 'KSN-ENGINE-012' });
  t.equal(await next.text('/etc/b'), null);
  t.equal(status.running?.generation, 1);
  await using once = await killed(next);
  await once.settled();
  t.equal(once.engine.status().verdict, 'RolledBack', 'exits before `off` count no longer');
});

t.test('rule 20: a newer generation is accepted in safe mode and runs when it ends', async (t) => {
  await using node = await afterCrashes(3);
  await node.start();
  await node.clock.runUntil(node.engine.accept(verified(3, { files: { '/etc/a': file('three\n') } })));
  await node.clock.advance(MINUTE);
  t.not(await node.text('/etc/a'), 'three\n');
  await node.engine.safeMode(false, 'uid 0', 'mended');
  const status = await node.settled();
  t.equal(status.verdict, 'OK');
  t.equal(status.running?.generation, 3);
  t.equal(await node.text('/etc/a'), 'three\n');
});

t.test('rule 20: two abnormal exits are no crash loop', async (t) => {
  await using node = await afterCrashes(2);
  await node.start();
  t.equal((await node.settled()).running?.generation, 2);
  t.equal(node.state.safeMode, null);
});

t.test('rule 20: exits more than ten minutes apart, or of another boot, are no crash loop', async (t) => {
  await using slow = await afterCrashes(3, 6 * MINUTE);
  await slow.clock.advance(6 * MINUTE);
  await slow.start();
  t.equal((await slow.settled()).running?.generation, 2);
  await using rebooted = await afterCrashes(3, 1_000, (nth) => ({ bootId: `boot-${nth + 2}` }));
  await rebooted.start();
  t.equal((await rebooted.settled()).running?.generation, 2);
});

t.test('rule 20: the last step is named also where it was a repair, which is not gone on with', async (t) => {
  await using first = await EngineNode.on(new MemoryHost());
  await first.start();
  await first.accept(good);
  await first.stop();
  let node = await first.crash(losesNothing);
  for (let nth = 0; nth < 3; nth += 1) {
    await die(node, async () => {
      await node.start();
      await node.settled();
      await node.write('/etc/a', `tampered ${nth}\n`);
      await node.clock.advance(5_000);
    });
    node = await node.crash(losesNothing);
  }
  await node.write('/etc/a', 'tampered again\n');
  using watch = new IntentWatch(node.machine);
  await node.start();
  await node.clock.advance(10 * MINUTE);
  t.match(node.engine.status().reason?.message, /the last journal step was file:\/etc\/a/);
  t.same(watch.mutations, []);
  await node.engine.safeMode(false, 'uid 0', 'mended');
  t.equal((await node.settled()).verdict, 'OK');
  t.equal(await node.text('/etc/a'), 'a\n');
  await node.stop();
});

t.test(
  'rule 20: safe mode by hand stops what is under way, and keeps a new start from changing anything',
  async (t) => {
    await using node = await EngineNode.on(new MemoryHost());
    await node.start();
    await node.accept(good);
    await node.engine.safeMode(true, 'uid 0', 'work on the disk');
    await node.write('/etc/a', 'tampered\n');
    await node.clock.advance(10 * MINUTE);
    t.equal(await node.text('/etc/a'), 'tampered\n');
    t.match(node.engine.status(), { verdict: 'SafeMode', reason: { message: /uid 0: work on the disk/ } });
    await using next = await killed(node);
    await next.clock.advance(10 * MINUTE);
    t.equal(await next.text('/etc/a'), 'tampered\n');
    await next.engine.safeMode(false, 'uid 0', 'done');
    await next.settled();
    t.equal(await next.text('/etc/a'), 'a\n');
  },
);
