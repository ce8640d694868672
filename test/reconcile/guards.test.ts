/** Rule 21: a change that can cut the agent off carries an undo that works without it. */
import { createServer } from 'node:net';
import t from 'tap';
import { losesNothing } from '../../hostfs/memory-crash.ts';
import { dieAt } from '../support/crash-points.ts';
import { EngineNode, verified } from '../support/engine-node.ts';

const NET = '/etc/net.conf';
const file = (inline: string, more: object = {}): object => ({ content: { inline }, ...more });
const guarded = (generation: number, inline: string, reach: readonly string[], more: object = {}) =>
  verified(generation, { files: { [NET]: file(inline, { guard: { reach, within: '30s' } }), ...more } });

/** A port that answers, for as long as it is not closed. */
async function listening(): Promise<AsyncDisposable & { readonly target: string }> {
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    target: `tcp:127.0.0.1:${port}`,
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => void server.close(() => resolve())),
  };
}

/** What nobody listens on: it was given back at once. */
async function silent(): Promise<string> {
  await using port = await listening();
  return port.target;
}

async function goodNode(): Promise<EngineNode> {
  const node = await EngineNode.on();
  await node.start();
  await node.accept(verified(1, { files: { [NET]: file('one\n') } }));
  return node;
}

/** How many guards are armed when the file is published. */
function armedAtPublish(node: EngineNode): number[] {
  const counts: number[] = [];
  node.machine.onPrimitive = ({ primitive, path }) => {
    if (primitive === 'rename' && path.startsWith('/etc/.keelson-')) counts.push(node.guards.armed.size);
  };
  return counts;
}

t.test('rule 21: the guard is armed before apply and disarmed after a good probe', async (t) => {
  await using node = await goodNode();
  await using port = await listening();
  const armed = armedAtPublish(node);
  const status = await node.accept(guarded(2, 'two\n', [port.target]));
  t.same(armed, [1]);
  t.equal(node.guards.armed.size, 0);
  t.equal(status.verdict, 'OK');
  t.equal(await node.text(NET), 'two\n');
});

t.test(
  'rule 21: what cannot be reached in time is a bad verdict; the guard stays armed until the change is undone',
  async (t) => {
    await using node = await goodNode();
    const target = await silent();
    const began = node.clock.now();
    const armed = armedAtPublish(node);
    const status = await node.accept(guarded(2, 'two\n', [target]));
    t.equal(status.verdict, 'RolledBack');
    t.match(status.reason, { code: 'KSN-EXEC-007', message: new RegExp(`${target} could not be reached`) });
    t.ok(node.clock.now() - began >= 30_000, 'not before its time');
    t.same(armed, [1, 1], 'also while it is undone');
    t.equal(node.guards.armed.size, 0, 'afterwards it would undo what comes later');
    t.equal(await node.text(NET), 'one\n');
  },
);

t.test('rule 21: a guard that fires while the agent runs is a bad verdict', async (t) => {
  await using node = await goodNode();
  await using port = await listening();
  let fired: Promise<void> | null = null;
  node.machine.onPrimitive = ({ primitive, path }) => {
    if (fired !== null || !primitive.startsWith('sync') || path !== '/etc' || node.guards.armed.size === 0) return;
    const [id = ''] = node.guards.armed;
    node.guards.fires.add(id);
    node.guards.armed.delete(id);
    fired = node.write(NET, 'one\n');
  };
  const status = await node.accept(guarded(2, 'two\n', [port.target]));
  t.not(fired, null);
  t.equal(status.verdict, 'RolledBack');
  t.match(status.reason, { code: 'KSN-EXEC-007', message: /its guard fired/ });
  t.equal(await node.text(NET), 'one\n');
  t.equal(node.guards.fires.size, 0, 'the marker is acknowledged when the rollback has ended');
  t.equal(node.state.open.size, 0);
});

t.test('rule 21: recovery reads the marker of a guard that fired as a bad verdict', async (t) => {
  const dying = await goodNode();
  await using port = await listening();
  dying.machine.onPrimitive = ({ primitive, path, index }) => {
    if (primitive === 'rename' && path.startsWith('/etc/.keelson-')) dying.machine.crashAt(index, 'after');
  };
  await dieAt(dying, dying.machine, 0, 'before', async () => {
    await dying.accept(guarded(2, 'two\n', [port.target]));
  });
  await using node = await dying.crash(losesNothing);
  t.equal(await node.text(NET), 'two\n', 'the agent died cut off');
  const [id = ''] = node.guards.armed;
  node.guards.fires.add(id);
  node.guards.armed.delete(id);
  await node.write(NET, 'one\n');
  await node.start();
  const status = await node.settled();
  t.equal(status.verdict, 'RolledBack');
  t.match(status.blocked, [{ generation: 2, reason: { code: 'KSN-EXEC-007', message: /its guard fired/ } }]);
  t.ok(node.events.some(({ type }) => type === 'GuardFired'));
  t.equal(await node.text(NET), 'one\n');
  t.equal(node.guards.fires.size, 0);
});

t.test('rule 21: after a crash a guard that has not fired is proven before the verdict', async (t) => {
  const dying = await goodNode();
  await using port = await listening();
  dying.machine.onPrimitive = ({ primitive, path, index }) => {
    if (primitive === 'rename' && path.startsWith('/etc/.keelson-')) dying.machine.crashAt(index, 'after');
  };
  await dieAt(dying, dying.machine, 0, 'before', async () => {
    await dying.accept(guarded(2, 'two\n', [port.target]));
  });
  await using node = await dying.crash(losesNothing);
  t.equal(node.guards.armed.size, 1);
  await node.start();
  t.equal((await node.settled()).verdict, 'OK');
  t.equal(node.guards.armed.size, 0);
  t.equal(await node.text(NET), 'two\n');
});

t.test('rule 21: a guard that cannot be armed keeps the change from being made', async (t) => {
  await using node = await goodNode();
  node.guards.arm = async () => {
    throw new Error('no timers here');
  };
  const status = await node.accept(guarded(2, 'two\n', []));
  t.equal(status.verdict, 'RolledBack');
  t.match(status.reason?.message, /no timers here/);
  t.equal(await node.text(NET), 'one\n');
});

t.test('rule 21: no guard of a failed or superseded generation is left armed', async (t) => {
  await using node = await goodNode();
  await using port = await listening();
  const later = { '/etc/z': file('z\n', { dependsOn: [`file:${NET}`], gates: [{ file: '/run/never' }] }) };
  await node.accept(guarded(2, 'two\n', [port.target], later));
  t.equal(node.guards.armed.size, 0, 'failed for another reason');
  await node.clock.runUntil(node.engine.accept(guarded(3, 'three\n', [await silent()])));
  await node.clock.advance(5_000);
  const status = await node.accept(verified(4, { files: { [NET]: file('four\n') } }));
  t.equal(status.running?.generation, 4);
  t.equal(node.guards.armed.size, 0, 'superseded');
  t.equal(await node.text(NET), 'four\n');
});
