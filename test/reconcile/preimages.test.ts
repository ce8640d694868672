/** Rule 15: what is overwritten is kept as long as something may need it, up to a limit that the spec can waive in sight. */
import t from 'tap';
import { EngineNode, verified } from '../support/engine-node.ts';
import { IntentWatch } from '../support/intent-watch.ts';

const MIB = 1024 * 1024;
const file = (inline: string, more: object = {}): object => ({ content: { inline }, ...more });
const QUICK = { health: { stableForMs: 0, deadlineMs: 1_000 } };
const NEVER = { gates: [{ type: 'file', path: '/run/never', boot: false, timeoutMs: 1_000 } as const] };

/** More to change, so that the journal grows. */
const others = (n: number): Record<string, object> =>
  Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`/etc/more/${index}`, file(`more ${n} ${index}\n`)]));

/** Whether the bytes lie in the store. */
async function isKept(node: EngineNode, text: string): Promise<boolean> {
  const name = node.opened.fingerprint(Buffer.from(text)).slice('hmac:'.length);
  return (await node.fs.list('/var/lib/keelson/preimages')).includes(name);
}

t.test('rule 15: above 16 MiB stage refuses, with the remedy; nothing is changed', async (t) => {
  await using node = await EngineNode.on();
  await node.write('/etc/large', 'x'.repeat(16 * MIB + 1));
  await node.write('/etc/limit', 'y'.repeat(16 * MIB));
  await node.start();
  using watch = new IntentWatch(node.machine);
  const status = await node.accept(
    verified(1, { files: { '/etc/large': file('small\n'), '/etc/limit': file('small\n') } }, QUICK),
  );
  t.equal(status.verdict, 'RolledBack');
  t.match(status.reason, { code: 'KSN-FILE-005', message: /\/etc\/large/, remedy: /backup: none/ });
  t.same(watch.mutations, []);
  t.equal(
    (await node.accept(verified(2, { files: { '/etc/limit': file('small\n') } }, QUICK))).verdict,
    'OK',
    'the limit itself fits',
  );
  await node.engine.leave('restore', 'uid 0');
  await node.settled();
  t.equal((await node.fs.lstat('/etc/limit'))?.size, 16 * MIB);
});

t.test(
  'rule 15: backup: none is shown in the plan, keeps nothing, runs after the verdict, and is not taken back',
  async (t) => {
    await using node = await EngineNode.on();
    const large = 'x'.repeat(16 * MIB + 1);
    await node.write('/etc/large', large);
    await node.start();
    const sections = { files: { '/etc/large': file('small\n', { backup: 'none' }), '/etc/a': file('a\n') } };
    const plan = (await node.engine.preview(verified(1, sections))).waves.flat();
    t.match(
      plan.find(({ address }) => address === 'file:/etc/large'),
      { backup: 'none', undo: 'none', adopts: true },
    );
    const failed = await node.accept(verified(1, sections, { ...QUICK, ...NEVER }));
    t.equal(failed.verdict, 'RolledBack');
    t.equal((await node.fs.lstat('/etc/large'))?.size, large.length, 'what cannot be undone waits for the verdict');
    t.equal(await node.text('/etc/a'), null);
    const good = await node.accept(verified(2, sections, QUICK));
    t.equal(good.verdict, 'OK');
    t.equal(await node.text('/etc/large'), 'small\n');
    t.equal(await isKept(node, large), false);
    await node.accept(verified(3, { files: { '/etc/a': file('a\n') } }, QUICK));
    t.equal(await node.text('/etc/large'), 'small\n', 'there is nothing to restore: it stays');
    t.match(
      node.events.findLast(({ address }) => address === 'file:/etc/large'),
      { type: 'ResourceLeft', reason: { code: 'KSN-FILE-023' } },
    );
  },
);

t.test(
  'rule 6: a repair stays, so it keeps nothing of the edit, however large; within a generation it does',
  async (t) => {
    await using node = await EngineNode.on();
    await node.start();
    await node.accept(verified(1, { files: { '/etc/a': file('a\n') } }, QUICK));
    await node.write('/etc/a', 'edited\n');
    await node.engine.reconcile('hourly');
    await node.settled();
    t.equal(await node.text('/etc/a'), 'a\n');
    t.equal(await isKept(node, 'edited\n'), false);

    await node.write('/etc/a', 'x'.repeat(16 * MIB + 1));
    await node.engine.reconcile('hourly');
    await node.settled();
    t.equal(await node.text('/etc/a'), 'a\n', 'above the limit of what is kept');

    await node.write('/etc/a', 'edited again\n');
    const failed = await node.accept(
      verified(2, { files: { '/etc/a': file('a\n'), '/etc/b': file('b\n') } }, { ...QUICK, ...NEVER }),
    );
    t.equal(failed.verdict, 'RolledBack');
    t.ok(await isKept(node, 'edited again\n'));
  },
);

t.test('rule 15: kept while a transaction, the way back or an original needs it; swept at checkpoints', async (t) => {
  await using node = await EngineNode.on();
  await node.write('/etc/a', 'found\n');
  await node.start();
  const sections = (n: number) => ({ files: { '/etc/a': file(`content ${n}\n`), ...others(n) } });
  await node.accept(verified(1, sections(1), QUICK));
  await node.accept(verified(2, sections(2), QUICK));
  t.ok(await isKept(node, 'found\n'));
  t.ok(await isKept(node, 'content 1\n'));
  const since = node.clock.now();
  const patch = { content: { inline: 'patched\n' } };
  await node.engine.override({
    id: 'p',
    address: 'file:/etc/more/0',
    kind: 'patch',
    patch,
    by: 'uid 0',
    reason: 'test',
    since,
    expires: since + 24 * 60 * 60_000,
  });
  // The journal is written anew when it has grown enough.
  let generation = 2;
  while ((await isKept(node, 'content 1\n')) && generation < 400) {
    generation += 1;
    await node.accept(verified(generation, sections(generation), QUICK));
  }
  t.ok(generation < 400, `swept after ${generation} generations`);
  t.ok(await isKept(node, 'found\n'), 'the original as long as it is ours');
  const kept = await node.fs.list('/var/lib/keelson/preimages');
  t.ok(await isKept(node, JSON.stringify(patch)), 'and a patch as long as it is in force');
  t.equal(await node.text('/etc/more/0'), 'patched\n');
  t.ok(kept.length < 21 * (generation - 5), 'and others with it');

  // An open transaction: what it overwrote may have to come back.
  const next = verified(
    generation + 1,
    { files: { '/etc/a': file('under its gates\n') } },
    { health: { stableForMs: 60_000, deadlineMs: 120_000 } },
  );
  await node.clock.runUntil(node.engine.accept(next));
  await node.clock.advance(1_000);
  t.equal(await node.text('/etc/a'), 'under its gates\n');
  await node.opened.reconciliation.tidy();
  t.ok(await isKept(node, `content ${generation}\n`));
  t.equal(await node.opened.reconciliation.execution.book.checkpoint(true), false, 'no checkpoint while it is open');
  await node.settled();

  await node.engine.leave('restore', 'uid 0');
  await node.settled();
  t.equal(await node.text('/etc/a'), 'found\n');
});

t.test('rule 15: envelopes of generations that nothing needs are swept too', async (t) => {
  await using node = await EngineNode.on();
  await node.start();
  const specs = async () => (await node.fs.list('/var/lib/keelson/specs')).length;
  let most = 0;
  let generation = 0;
  for (let before = -1; before < (await specs()) && generation < 400;) {
    before = await specs();
    most = Math.max(most, before);
    generation += 1;
    await node.accept(verified(generation, { files: others(generation) }, QUICK));
  }
  t.ok((await specs()) < most, `${await specs()} of ${generation}`);
  t.ok((await specs()) >= 2, 'the one that runs and the one before');
  await node.engine.rollback('uid 0', 'the one before is still there');
  t.equal((await node.settled()).running?.generation, generation - 1);
});
