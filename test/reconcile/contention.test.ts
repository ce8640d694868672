/** Rule 22: a repair waits until the thing rests, and two writers do not fight at full speed. */
import t from 'tap';
import { losesNothing } from '../../hostfs/memory-crash.ts';
import { EngineNode, verified, type EngineNodeOptions } from '../support/engine-node.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const file = (inline: string, more: object = {}): object => ({ content: { inline }, ...more });
const AB = verified(1, { files: { '/etc/a': file('a\n'), '/etc/b': file('b\n') } });

async function goodNode(options: EngineNodeOptions = {}): Promise<EngineNode> {
  const node = await EngineNode.on(undefined, options);
  await node.start();
  await node.accept(AB);
  return node;
}

const repairs = (node: EngineNode): number => node.events.filter(({ type }) => type === 'DriftRepaired').length;

/** Somebody writes; how long until it is repaired, in steps of `step`. */
async function tamper(node: EngineNode, step = 500, limit = 3 * HOUR, path = '/etc/a'): Promise<number> {
  await node.write(path, 'tampered\n');
  const began = node.clock.monotonic();
  while ((await node.text(path)) === 'tampered\n') {
    if (node.clock.monotonic() - began > limit) return Number.POSITIVE_INFINITY;
    await node.clock.advance(step);
  }
  return node.clock.monotonic() - began;
}

/** The fifth repair in ten minutes makes it contended. */
async function contend(node: EngineNode): Promise<void> {
  for (let nth = 0; nth < 5; nth += 1) await tamper(node);
  await node.clock.advance(SECOND);
}

t.test(
  'rule 22: a repair waits two seconds by default, and anew while somebody still writes, but not for ever',
  async (t) => {
    await using node = await goodNode();
    t.equal(await tamper(node), 2 * SECOND);
    await node.write('/etc/a', 'writing\n');
    for (let nth = 0; nth < 3; nth += 1) {
      await node.clock.advance(SECOND);
      await node.write('/etc/a', `writing ${nth}\n`);
    }
    t.equal(await node.text('/etc/a'), 'writing 2\n', 'three seconds after the first');
    for (let nth = 0; nth < 3; nth += 1) {
      await node.clock.advance(SECOND);
      if ((await node.text('/etc/a')) !== 'a\n') await node.write('/etc/a', 'writing on\n');
    }
    t.equal(await node.text('/etc/a'), 'a\n', 'twice the rest at most');
  },
);

t.test('rule 22: settle is set locally, and is nothing for listed paths', async (t) => {
  await using node = await goodNode({ settings: { settleMs: 30 * SECOND, immediatePaths: ['/etc/b'] } });
  t.equal(await tamper(node, 500), 30 * SECOND);
  t.ok((await tamper(node, 1, HOUR, '/etc/b')) <= 1);
});

t.test('rule 22: a listed path is that path and what lies beneath, not whatever begins like it', async (t) => {
  await using node = await EngineNode.on(undefined, {
    settings: { settleMs: 30 * SECOND, immediatePaths: ['/etc/ssh'] },
  });
  await node.start();
  await node.accept(verified(1, { files: { '/etc/ssh/sshd_config': file('x\n'), '/etc/sshx': file('x\n') } }));
  t.ok((await tamper(node, 1, HOUR, '/etc/ssh/sshd_config')) <= 1);
  t.equal(await tamper(node, 500, HOUR, '/etc/sshx'), 30 * SECOND);
});

t.test(
  'rule 22: five repairs in ten minutes are contention: backoff from a minute to an hour, one condition',
  async (t) => {
    await using node = await goodNode();
    await contend(node);
    const status = node.engine.status();
    t.equal(status.verdict, 'Degraded');
    t.match(status.resources, [{ address: 'file:/etc/a', condition: 'contended', reason: { code: 'KSN-EXEC-010' } }]);
    t.equal(node.events.filter(({ type }) => type === 'Contended').length, 1);
    const waits: number[] = [];
    for (let nth = 0; nth < 8; nth += 1) waits.push(await tamper(node, 10 * SECOND));
    const goals = [1, 2, 4, 8, 16, 32, 60, 60].map((minutes) => minutes * MINUTE);
    waits.forEach((wait, nth) => {
      const goal = goals[nth] ?? 0;
      t.ok(
        wait > goal - 20 * SECOND && wait <= goal + 20 * SECOND,
        `${nth}: ${wait / MINUTE} min for ${goal / MINUTE}`,
      );
    });
    t.equal(await tamper(node, 500, HOUR, '/etc/b'), 2 * SECOND, 'another address is repaired as ever');
  },
);

t.test('rule 22: what is contended is still looked at, and its difference shown', async (t) => {
  await using node = await goodNode();
  await contend(node);
  await node.write('/etc/a', 'tampered\n');
  await node.clock.advance(30 * SECOND);
  t.equal(await node.text('/etc/a'), 'tampered\n');
  t.match(node.engine.status().resources, [{ address: 'file:/etc/a', condition: 'contended' }]);
  const plan = await node.engine.preview();
  t.match(plan.waves.flat(), [{ address: 'file:/etc/a', why: 'drift' }]);
});

t.test('rule 22: it is contended until it has been quiet, also while it is as desired', async (t) => {
  await using node = await goodNode();
  await contend(node);
  const [before] = node.engine.status().resources;
  await node.clock.advance(90 * MINUTE);
  t.equal(node.engine.status().verdict, 'Degraded');
  t.match(node.engine.status().resources, [{ ...before }], 'since then');
});

t.test('rule 22: counts survive a restart', async (t) => {
  const before = await goodNode();
  await contend(before);
  await before.stop();
  await using node = await before.crash(losesNothing);
  await node.start();
  await node.settled();
  t.ok((await tamper(node, SECOND)) > 50 * SECOND, 'still the first minute');
  await using killed = await node.crash(losesNothing);
  await killed.start();
  await killed.settled();
  t.ok((await tamper(killed, SECOND)) > 100 * SECOND, 'then the second step');
});

t.test('rule 22: a person does not wait for damping', async (t) => {
  await using node = await goodNode();
  await contend(node);
  await node.write('/etc/a', 'tampered\n');
  await node.engine.reconcile('uid 0');
  await node.settled();
  t.equal(await node.text('/etc/a'), 'a\n');
});

t.test('rule 22: four repairs, or five in a longer time, are none', async (t) => {
  await using node = await goodNode();
  for (let nth = 0; nth < 4; nth += 1) await tamper(node);
  await node.clock.advance(10 * MINUTE);
  for (let nth = 0; nth < 6; nth += 1) {
    t.equal(await tamper(node), 2 * SECOND);
    await node.clock.advance(3 * MINUTE);
  }
  t.equal(node.events.filter(({ type }) => type === 'Contended').length, 0);
});

t.test('rule 22: a contended address that stays quiet is forgiven', async (t) => {
  await using node = await goodNode();
  await contend(node);
  await node.clock.advance(3 * HOUR);
  t.equal(node.engine.status().verdict, 'OK');
  t.equal(await tamper(node), 2 * SECOND);
});

t.test('rule 22: a clock that jumps back does not put repairs off', async (t) => {
  await using node = await goodNode();
  await tamper(node);
  node.clock.jump(-24 * HOUR);
  t.ok((await tamper(node)) <= 2 * SECOND, 'of what was repaired once');
  await contend(node);
  node.clock.jump(-24 * HOUR);
  t.ok((await tamper(node, 10 * SECOND)) <= 2 * MINUTE, 'nor of what is contended');
  t.ok(repairs(node) > 6);
});
