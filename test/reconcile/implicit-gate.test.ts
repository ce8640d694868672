/** Rule 18: what must hold before a generation counts, whatever gates it has. */
import t from 'tap';
import { losesNothing } from '../../hostfs/memory-crash.ts';
import type { CommandResult } from '../../agent/resources/kind.ts';
import { EngineNode, verified, type SpecOptions } from '../support/engine-node.ts';

const SECOND = 1_000;
const file = (inline: string, more: object = {}): object => ({ content: { inline }, ...more });
const TEN: SpecOptions = { health: { stableForMs: 10 * SECOND, deadlineMs: 30 * SECOND } };
const PASSED: CommandResult = { exitCode: 0, signal: null, timedOut: false, outputTail: '' };
const MISSING: CommandResult = { ...PASSED, exitCode: null, startError: 'ENOENT' };
/** A gate that nobody can judge until its program is there. */
const PROBE = { gates: [{ exec: ['/usr/bin/probe'] }] };

const verdictOf = (node: EngineNode, generation: number): string | undefined =>
  [...node.events].findLast(
    ({ type, generation: name }) => name === `lb/${generation}` && (type === 'VerdictGood' || type === 'Blocked'),
  )?.type;

/** Writes there twice a second, so that no repair ever rests. */
async function fight(node: EngineNode, path: string, forMs: number): Promise<void> {
  for (let at = 0; at < forMs; at += 500) {
    await node.write(path, `edited ${at}\n`);
    await node.clock.advance(500);
  }
}

t.test('rule 18: changed items must plan empty and probe well for the whole stretch', async (t) => {
  await using node = await EngineNode.on();
  await node.start();
  await node.clock.runUntil(node.engine.accept(verified(1, { files: { '/etc/a': file('a\n') } }, TEN)));
  await node.clock.advance(9 * SECOND);
  t.equal(verdictOf(node, 1), undefined);
  await node.clock.advance(3 * SECOND);
  t.equal(verdictOf(node, 1), 'VerdictGood');
});

t.test('rule 18: a break begins the stretch anew', async (t) => {
  await using node = await EngineNode.on(undefined, { settings: { settleMs: 1_000 } });
  await node.start();
  await node.clock.runUntil(node.engine.accept(verified(1, { files: { '/etc/a': file('a\n') } }, TEN)));
  await node.clock.advance(8 * SECOND);
  await node.write('/etc/a', 'edited\n');
  await node.clock.advance(8 * SECOND);
  t.equal(await node.text('/etc/a'), 'a\n', 'repaired meanwhile');
  t.equal(verdictOf(node, 1), undefined);
  await node.clock.advance(6 * SECOND);
  t.equal(verdictOf(node, 1), 'VerdictGood');
});

t.test(
  'rule 18: a changed item that does not stay as desired fails the generation, and the reason says which',
  async (t) => {
    await using node = await EngineNode.on();
    await node.start();
    await node.accept(verified(1, { files: { '/etc/a': file('a\n'), '/etc/b': file('b\n') } }));
    await node.clock.runUntil(
      node.engine.accept(verified(2, { files: { '/etc/a': file('a2\n'), '/etc/b': file('b\n') } }, TEN)),
    );
    await fight(node, '/etc/a', 40 * SECOND);
    t.equal(verdictOf(node, 2), 'Blocked');
    t.match(node.state.blocked.values().next().value?.reason.message, /file:\/etc\/a is not as desired: content/);
  },
);

t.test('rule 18: what did not change is not held against the generation', async (t) => {
  await using node = await EngineNode.on();
  await node.start();
  await node.accept(verified(1, { files: { '/etc/a': file('a\n'), '/etc/b': file('b\n') } }));
  await node.clock.runUntil(
    node.engine.accept(verified(2, { files: { '/etc/a': file('a2\n'), '/etc/b': file('b\n') } }, TEN)),
  );
  await fight(node, '/etc/b', 20 * SECOND);
  t.equal(verdictOf(node, 2), 'VerdictGood');
});

t.test('rule 18: unknown at the deadline fails a changed item', async (t) => {
  await using node = await EngineNode.on(undefined, { run: () => MISSING });
  await node.start();
  await node.accept(verified(1, { files: { '/etc/a': file('a\n') } }));
  const status = await node.accept(verified(2, { files: { '/etc/a': file('a2\n', PROBE) } }, TEN));
  t.equal(status.verdict, 'RolledBack');
  t.match(status.reason?.message, /probe cannot be started/);
  t.equal(await node.text('/etc/a'), 'a\n');
});

t.test('rule 18: unknown at the deadline waits for an item that did not change, and fails nothing', async (t) => {
  let there = true;
  await using node = await EngineNode.on(undefined, { run: () => (there ? PASSED : MISSING) });
  await node.start();
  await node.accept(verified(1, { files: { '/etc/a': file('a\n'), '/etc/b': file('b\n', PROBE) } }));
  there = false;
  const next = verified(2, { files: { '/etc/a': file('a2\n'), '/etc/b': file('b\n', PROBE) } }, TEN);
  await node.clock.runUntil(node.engine.accept(next));
  await node.clock.advance(300 * SECOND);
  t.equal(verdictOf(node, 2), undefined, 'ten deadlines later');
  t.equal(await node.text('/etc/a'), 'a2\n');
  t.match(JSON.stringify(node.engine.status().remarks), /probe/, 'which is shown');
  there = true;
  t.equal((await node.settled()).verdict, 'OK');
  t.equal(verdictOf(node, 2), 'VerdictGood');
});

t.test('rule 18: evidence against an item that did not change fails the generation', async (t) => {
  let exitCode = 0;
  await using node = await EngineNode.on(undefined, { run: () => ({ ...PASSED, exitCode }) });
  await node.start();
  await node.accept(verified(1, { files: { '/etc/a': file('a\n'), '/etc/b': file('b\n', PROBE) } }));
  exitCode = 1;
  await node.accept(verified(2, { files: { '/etc/a': file('a2\n'), '/etc/b': file('b\n', PROBE) } }, TEN));
  t.equal(verdictOf(node, 2), 'Blocked');
});

t.test('rule 18: gate clocks restart with the agent', async (t) => {
  await using good = await EngineNode.on();
  await good.start();
  await good.clock.runUntil(good.engine.accept(verified(1, { files: { '/etc/a': file('a\n') } }, TEN)));
  await good.clock.advance(8 * SECOND);
  await using again = await good.crash(losesNothing);
  await again.start();
  await again.clock.advance(8 * SECOND);
  t.equal(verdictOf(again, 1), undefined, 'the stretch begins anew');
  await again.clock.advance(5 * SECOND);
  t.equal(verdictOf(again, 1), 'VerdictGood');

  const bad = verified(2, { files: { '/etc/a': file('a2\n', { gates: [{ file: '/run/never' }] }) } }, TEN);
  await again.clock.runUntil(again.engine.accept(bad));
  await again.clock.advance(25 * SECOND);
  await using third = await again.crash(losesNothing);
  await third.start();
  await third.clock.advance(25 * SECOND);
  t.equal(verdictOf(third, 2), undefined, 'and so does the deadline');
  await third.clock.advance(10 * SECOND);
  t.equal(verdictOf(third, 2), 'Blocked');
});

t.test('rule 18: when the gate fails on the last known good as well, the reason says so', async (t) => {
  const ready = { gates: [{ file: '/run/ready' }] };
  await using node = await EngineNode.on();
  await node.write('/run/ready', '');
  await node.start();
  await node.accept(verified(1, { files: { '/etc/a': file('a\n', ready) } }));
  await (await node.outside()).remove('/run/ready');
  const status = await node.accept(verified(2, { files: { '/etc/a': file('a2\n', ready) } }));
  t.equal(status.verdict, 'RolledBack');
  t.equal(await node.text('/etc/a'), 'a\n');
  t.match(status.reason?.message, /\/run\/ready.*lb\/1 fails its gates as well: .*\/run\/ready/);

  await node.write('/run/ready', '');
  const other = verified(3, { files: { '/etc/a': file('a3\n', { gates: [{ file: '/run/never' }] }) } });
  const third = await node.accept(other);
  t.notMatch(third.reason?.message, /as well/, 'and does not where it holds');
});
