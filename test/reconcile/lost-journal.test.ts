/** Rule 16 and 25 rest on the journal: where it is gone and the rest is not, nothing is begun anew. */
import t from 'tap';
import { EngineNode, verified } from '../support/engine-node.ts';
import { IntentWatch } from '../support/intent-watch.ts';
import type { MemoryHost } from '../../hostfs/memory-host.ts';

const STATE = '/var/lib/keelson';
const file = (inline: string): object => ({ content: { inline } });
const one = verified(1, { files: { '/etc/a': file('a\n') } });

/** Generation 1 is good; then the named ones leave the state folder. */
async function without(...names: readonly string[]): Promise<MemoryHost> {
  await using node = await EngineNode.on();
  await node.write('/etc/a', 'before Keelson\n');
  await node.start();
  await node.accept(one);
  await node.stop();
  const fs = await node.outside();
  for (const name of names) await fs.remove(`${STATE}/${name}`);
  return node.machine;
}

const there = async (node: EngineNode, name: string): Promise<boolean> =>
  (await node.fs.lstat(`${STATE}/${name}`)) !== null;

t.test('a journal that is gone while specs and contents are there: read-only, with its own code', async (t) => {
  for (const names of [['journal'], ['journal', 'node-key']]) {
    await using node = await EngineNode.on(await without(...names));
    using watch = new IntentWatch(node.machine);
    await node.start();
    await node.clock.advance(2 * 60 * 60_000);
    const status = node.engine.status();
    t.match(status, { verdict: 'Unknown', reason: { code: 'KSN-APPLY-008', message: /journal is gone/ } });
    t.match(status.next, /Put `journal` back from a backup/);
    t.match(
      node.events.filter(({ type }) => type === 'JournalReadOnly'),
      [{ reason: { code: 'KSN-APPLY-008' } }],
    );
    await t.rejects(node.engine.accept(one), { code: 'KSN-ENGINE-006' });
    await t.rejects(node.engine.reconcile('uid 0'), { code: 'KSN-ENGINE-006' });
    t.same(watch.mutations, []);
    for (const name of names) t.notOk(await there(node, name), `${name} is not made anew: it may be put back`);
  }
});

t.test('put back, it goes on where it was', async (t) => {
  await using before = await EngineNode.on(await without());
  const journal = await before.fs.read(`${STATE}/journal`);
  const fs = await before.outside();
  await fs.remove(`${STATE}/journal`);
  await before.start();
  t.equal(before.engine.status().verdict, 'Unknown');
  await before.stop();
  await fs.writeDurably(`${STATE}/journal`, journal, { mode: 0o600, uid: 0, gid: 0 });
  await using node = await EngineNode.on(before.machine);
  await node.start();
  t.equal((await node.settled()).verdict, 'OK');
  t.equal((await node.accept(verified(2, {}))).verdict, 'OK');
  t.equal(await node.text('/etc/a'), 'before Keelson\n');
});

t.test('what a first start had made before it died is nothing lost', async (t) => {
  await using first = await EngineNode.on();
  await first.start();
  await first.stop();
  await (await first.outside()).remove(`${STATE}/journal`);
  await using node = await EngineNode.on(first.machine);
  await node.start();
  t.ok((await there(node, 'node-key')) && (await there(node, 'specs')));
  t.equal((await node.accept(one)).verdict, 'OK', 'a key and empty stores');
});
