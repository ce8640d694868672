/** Rule 24, and proof 7: nothing begins without room for its way back, and a rollback needs none. */
import t from 'tap';
import { losesNothing } from '../../hostfs/memory-crash.ts';
import { MemoryHost } from '../../hostfs/memory-host.ts';
import { dieAt } from '../support/crash-points.ts';
import { hostPicture } from '../support/crash-workload.ts';
import { EngineNode, recordingEffects, verified } from '../support/engine-node.ts';
import { IntentWatch } from '../support/intent-watch.ts';

const KIB = 1024;
const MINUTE = 60_000;
const file = (inline: string, more: object = {}): object => ({ content: { inline }, ...more });
const big = (letter: string, kib = 100): string => letter.repeat(kib * KIB);
const failing = { gates: [{ file: '/run/never' }] };
const QUICK = { health: { stableForMs: 0, deadlineMs: 1_000 } };

/** Takes what is left, but for so many bytes. */
function fill(machine: MemoryHost, leave = 0): void {
  const { outside } = machine;
  const root = outside.openRoot();
  const filler =
    outside.lstat(root, 'fill') === null
      ? outside.createFile(root, 'fill')
      : outside.openFile(root, 'fill', 'read-write');
  const size = outside.fstat(filler).size;
  const free = outside.freeSpace(root) - leave;
  if (free > 0) void outside.write(filler, new Uint8Array(free), size);
  outside.close(filler);
  outside.close(root);
}

function free(machine: MemoryHost): number {
  const { outside } = machine;
  const root = outside.openRoot();
  const bytes = outside.freeSpace(root);
  outside.close(root);
  return bytes;
}

async function heal(node: EngineNode): Promise<void> {
  await (await node.outside()).remove('/fill');
}

/** What lies about that should not: temporaries and ballast. */
async function leavings(node: EngineNode): Promise<readonly string[]> {
  const names: string[] = [];
  for (const folder of ['/', '/etc', '/var/lib/keelson'])
    for (const name of await node.fs.list(folder)) if (name.startsWith('.')) names.push(`${folder} ${name}`);
  return names;
}

async function goodNode(capacity = 4 * KIB * KIB, effects: string[] = []): Promise<EngineNode> {
  const node = await EngineNode.on(new MemoryHost({ capacity }), { effects: [recordingEffects(effects)] });
  await node.write('/etc/taken', big('t'), 0o640);
  await node.start();
  const files = {
    '/etc/a': file(big('a'), { onChange: { 'process:a': { signal: 'SIGHUP' } } }),
    '/etc/gone': file(big('g')),
  };
  await node.accept(verified(1, { files }, QUICK));
  return node;
}

const bad = verified(
  2,
  {
    files: {
      '/etc/a': file(big('b'), { ...failing, onChange: { 'process:a': { signal: 'SIGHUP' } } }),
      '/etc/taken': file(big('o')),
      '/etc/new': file(big('n')),
    },
  },
  QUICK,
);

/** Full from the first change that somebody can see, whatever is freed, until the ballast is thrown off. */
function fillOnceChanged(machine: MemoryHost, at?: (changes: number, index: number) => void): () => number {
  let changes = 0;
  let thrown = false;
  machine.onPrimitive = ({ primitive, path, index }) => {
    thrown ||= primitive === 'unlink' && path.includes('.ballast-');
    if (primitive.startsWith('rename') && path.startsWith('/etc/.keelson')) {
      changes += 1;
      at?.(changes, index);
    }
    if (changes > 0 && !thrown) fill(machine);
  };
  return () => changes;
}

t.test('proof 7: a rollback completes with zero free bytes after stage', async (t) => {
  const effects: string[] = [];
  await using node = await goodNode(undefined, effects);
  const base = await hostPicture(node);
  effects.length = 0;
  const filled = fillOnceChanged(node.machine);
  using watch = new IntentWatch(node.machine);
  const status = await node.accept(bad);
  t.ok(filled() > 0);
  t.equal(status.verdict, 'RolledBack');
  t.match(status.reason?.message, /\/run\/never/);
  t.notOk(
    node.events.some(({ type }) => type === 'RollbackIncomplete'),
    'it lacked nothing',
  );
  t.same(watch.unannounced, []);
  t.same(
    (await hostPicture(node)).filter((line) => !line.startsWith('/fill')),
    base,
  );
  t.same(await leavings(node), []);
  t.equal(effects.length, 2, 'reloaded forth and back');
});

t.test('proof 7: the same after a crash between the bad verdict and the rollback', async (t) => {
  const dying = await goodNode();
  const base = await hostPicture(dying);
  fillOnceChanged(dying.machine);
  const { onPrimitive } = dying.machine;
  let judging = false;
  dying.machine.onPrimitive = (call) => {
    onPrimitive?.(call);
    judging ||= call.path.startsWith('/run');
    if (judging && call.primitive.startsWith('sync') && call.path.endsWith('/journal'))
      dying.machine.crashAt(call.index, 'after');
  };
  await dieAt(dying, dying.machine, 0, 'before', async () => {
    await dying.accept(bad);
  });
  await using node = await dying.crash(losesNothing);
  t.equal(await node.text('/etc/a'), big('b'));
  fill(node.machine);
  t.equal(free(node.machine), 0);
  fillOnceChanged(node.machine);
  await node.start();
  const status = await node.settled();
  t.equal(status.verdict, 'RolledBack');
  t.same(
    (await hostPicture(node)).filter((line) => !line.startsWith('/fill')),
    base,
  );
  t.same(await leavings(node), []);
});

t.test(
  'rule 24: a crash half way and no room to go on: it waits, keeps the room for its way back, and ends whole',
  async (t) => {
    const dying = await goodNode();
    const base = await hostPicture(dying);
    let changes = 0;
    dying.machine.onPrimitive = ({ primitive, path, index }) => {
      if (primitive.startsWith('rename') && path.startsWith('/etc/.keelson')) changes += 1;
      if (changes === 2) dying.machine.crashAt(index + 1);
    };
    await dieAt(dying, dying.machine, 0, 'before', async () => {
      await dying.accept(bad);
    });
    await using node = await dying.crash(losesNothing);
    fill(node.machine);
    await node.start();
    await node.clock.advance(30 * MINUTE);
    t.equal(node.engine.status().verdict, 'Waiting');
    t.ok((await leavings(node)).some((name) => name.includes('.ballast-')));
    await heal(node);
    await node.clock.advance(5 * MINUTE);
    t.equal((await node.settled()).verdict, 'RolledBack');
    t.same(await hostPicture(node), base);
    t.same(await leavings(node), []);
  },
);

t.test(
  'rule 24: without room for all temporaries and what they replace nothing of the component is changed; it waits',
  async (t) => {
    await using node = await goodNode();
    const base = await hostPicture(node);
    using watch = new IntentWatch(node.machine);
    // Its envelope and two of the three.
    fill(node.machine, 650 * KIB);
    const parts = {
      '/etc/a': file(big('b')),
      '/etc/b': file(big('b'), { dependsOn: ['file:/etc/a'] }),
      '/etc/c': file(big('c'), { dependsOn: ['file:/etc/b'] }),
      '/etc/gone': file(big('g')),
    };
    await node.clock.runUntil(node.engine.accept(verified(2, { files: parts }, QUICK)));
    await node.clock.advance(30 * MINUTE);
    const status = node.engine.status();
    t.equal(status.verdict, 'Waiting');
    t.match(status.reason?.code, /KSN-(FILE-016|APPLY-030)/);
    t.same(watch.mutations, []);
    t.same(
      (await hostPicture(node)).filter((line) => !line.startsWith('/fill')),
      base,
    );
    t.same(await leavings(node), [], 'what was staged in vain is gone');
    await heal(node);
    await node.clock.advance(2 * MINUTE);
    t.equal((await node.settled()).verdict, 'OK');
    t.equal(await node.text('/etc/c'), big('c'));
  },
);

t.test('rule 24: with room for what is new but none for the way back nothing is changed either', async (t) => {
  await using node = await goodNode();
  using watch = new IntentWatch(node.machine);
  // The new file and the pre-image fit; another copy for the way back does not.
  fill(node.machine, 250 * KIB);
  await node.clock.runUntil(
    node.engine.accept(verified(2, { files: { '/etc/a': file('small\n'), '/etc/gone': file(big('g')) } }, QUICK)),
  );
  await node.clock.advance(10 * MINUTE);
  t.equal(node.engine.status().verdict, 'Waiting');
  t.match(node.engine.status().reason, { code: 'KSN-APPLY-030', message: /rollback/ });
  t.same(watch.mutations, []);
  t.same(await leavings(node), []);
  await heal(node);
  await node.clock.advance(2 * MINUTE);
  t.equal((await node.settled()).verdict, 'OK');
});

t.test(
  'rule 24: on a full disk everything is still looked at; a repair waits and is made when there is room',
  async (t) => {
    await using node = await goodNode();
    await node.write('/etc/a', 'tampered\n');
    fill(node.machine);
    await node.clock.advance(10 * MINUTE);
    t.equal(await node.text('/etc/a'), 'tampered\n');
    t.match(node.engine.status().resources, [{ address: 'file:/etc/a', condition: 'waiting' }]);
    await heal(node);
    await node.clock.advance(2 * MINUTE);
    t.equal((await node.settled()).verdict, 'OK');
    t.equal(await node.text('/etc/a'), big('a'));
  },
);

t.test(
  'rule 24: a generation on a full disk is accepted when there is room again, or refused; never half',
  async (t) => {
    await using node = await goodNode();
    fill(node.machine);
    const next = verified(2, { files: { '/etc/a': file('two\n'), '/etc/gone': file(big('g')) } }, QUICK);
    await t.rejects(node.clock.runUntil(node.engine.accept(next)), {
      code: 'KSN-APPLY-030',
      remedy: /a command that failed so is to be repeated/,
    });
    t.equal(node.engine.status().wanted?.generation, 1);
    t.equal(node.engine.status().verdict, 'OK');
    await heal(node);
    t.equal((await node.accept(next)).running?.generation, 2);
  },
);
