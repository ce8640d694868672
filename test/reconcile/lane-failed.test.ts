/** A lane that fails says so by an event of its own, and begins again. */
import t from 'tap';
import type { CommandResult } from '../../agent/resources/kind.ts';
import { EngineNode, verified } from '../support/engine-node.ts';
import { ScriptedKind } from '../support/scripted-kind.ts';
import { scriptedNode, things } from '../support/scripted-node.ts';

const file = (inline: string): object => ({ content: { inline } });

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

t.test('what a lane failed with is said until it has done that again', async (t) => {
  await using first = await EngineNode.on();
  await first.start();
  await first.accept(verified(1, { files: { '/etc/a': file('a\n') } }));
  await first.stop();
  const fs = await first.outside();
  const specs = '/var/lib/keelson/specs';
  const [name = ''] = await fs.list(specs);
  const envelope = await fs.read(`${specs}/${name}`);
  await fs.remove(`${specs}/${name}`);
  await using node = await EngineNode.on(first.machine);
  await node.start();
  const remarks = (): string => JSON.stringify(node.engine.publish().remarks);
  for (const minutes of [1, 1, 5]) {
    await node.clock.advance(minutes * 60_000);
    t.match(remarks(), /KSN-APPLY-014/, 'also between two tries');
  }
  await fs.writeDurably(`${specs}/${name}`, envelope, { mode: 0o600, uid: 0, gid: 0 });
  await node.clock.advance(60_000);
  t.equal(remarks(), '[]');
  t.equal(node.engine.status().verdict, 'OK');
});

const one = verified(1, { files: { '/etc/a': file('one\n') } });

/** The store has lost the spec that runs, and the agent was started again. */
async function withoutSpec(): Promise<EngineNode> {
  await using first = await EngineNode.on();
  await first.start();
  await first.accept(one);
  await first.stop();
  const fs = await first.outside();
  const specs = '/var/lib/keelson/specs';
  for (const name of await fs.list(specs)) await fs.remove(`${specs}/${name}`);
  const node = await EngineNode.on(first.machine);
  await node.start();
  await node.clock.advance(100);
  return node;
}

t.test('a spec that is lost is the reason, with the remedy, and delivering it again is one that lasts', async (t) => {
  await using node = await withoutSpec();
  t.match(node.engine.status(), {
    verdict: 'Unknown',
    reason: { code: 'KSN-ENGINE-008', message: /KSN-APPLY-014 The spec/u },
    next: /^Deliver the spec again/u,
  });
  await node.clock.runUntil(node.engine.accept(one));
  await node.clock.advance(100);
  t.match(node.engine.status(), { verdict: 'OK', remarks: [] });
  await node.stop();
  await using again = await EngineNode.on(node.machine);
  await again.start();
  t.match(await again.settled(), { verdict: 'OK', remarks: [] });
});

t.test('what a lane failed with goes with a newer generation', async (t) => {
  await using node = await withoutSpec();
  const { verdict } = await node.accept(verified(2, { files: { '/etc/a': file('two\n') } }));
  t.equal(verdict, 'OK');
  await node.clock.advance(100);
  t.same(node.engine.status().remarks, []);
});

t.test('gates that nobody could judge are a remark only while they are asked', async (t) => {
  let there = true;
  const passed: CommandResult = { exitCode: 0, signal: null, timedOut: false, outputTail: '' };
  await using node = await EngineNode.on(undefined, {
    run: () => (there ? passed : { ...passed, exitCode: null, startError: 'ENOENT' }),
  });
  await node.start();
  const section = (a: string) => ({
    files: { '/etc/a': { content: { inline: a } }, '/etc/b': { content: { inline: 'b' }, gates: [{ exec: ['/p'] }] } },
  });
  const health = { health: { stableForMs: 0, deadlineMs: 1_000 } };
  await node.accept(verified(1, section('1'), health));
  there = false;
  await node.clock.runUntil(node.engine.accept(verified(2, section('2'), health)));
  await node.clock.advance(10_000);
  t.equal(node.engine.publish().remarks.length, 1);
  there = true;
  const { verdict, remarks } = await node.settled();
  t.same([verdict, remarks], ['OK', []]);
});
