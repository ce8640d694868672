/** Rule 24: one process mutates. Who finds that what it locked is no longer at the path stops, and says so. */
import t from 'tap';
import { EngineNode, verified } from '../support/engine-node.ts';
import { IntentWatch } from '../support/intent-watch.ts';

const LOCK = '/var/lib/keelson/lock';
const file = (inline: string): object => ({ content: { inline } });
const spec = (generation: number, a: string) => verified(generation, { files: { '/etc/a': file(a) } });

async function running(): Promise<EngineNode> {
  const node = await EngineNode.on();
  await node.write(LOCK, '', 0o600);
  await node.start();
  t.equal((await node.accept(spec(1, 'one\n'))).verdict, 'OK');
  return node;
}

/** As it looks when the folder was moved away, and another agent has made its own. */
async function replaced(node: EngineNode): Promise<void> {
  const fs = await node.outside();
  await fs.remove(LOCK);
  // So that the inode cannot come back.
  await fs.writeDurably(`${LOCK}.other`, Buffer.from(''), { mode: 0o600, uid: 0, gid: 0 });
  await node.write(LOCK, '', 0o600);
}

t.test('what is asked for after it is refused, and nothing is written or changed', async (t) => {
  await using node = await running();
  await replaced(node);
  using watch = new IntentWatch(node.machine);
  const refused = await node.clock.runUntil(Promise.allSettled([node.engine.accept(spec(2, 'two\n'))]));
  t.match(refused, [
    { status: 'rejected', reason: { code: 'KSN-ENGINE-006', message: /moved/u, remedy: /^Put the folder back/u } },
  ]);
  await node.clock.advance(60 * 60_000);
  t.match(node.engine.status(), {
    verdict: 'Unknown',
    reason: { code: 'KSN-APPLY-025' },
    next: /^Put the folder back/u,
  });
  await t.rejects(node.engine.accept(spec(3, 'three\n')), { code: 'KSN-ENGINE-006' });
  await t.rejects(node.engine.reconcile('root'), { code: 'KSN-ENGINE-006' });
  t.same(watch.mutations, []);
  t.match(
    node.events.filter(({ type }) => type === 'JournalReadOnly'),
    [{ reason: { code: 'KSN-APPLY-025' } }],
    'told once',
  );
  t.equal(await node.text('/etc/a'), 'one\n');
});

t.test('drift is not repaired any more, and it is noticed where nobody asks', async (t) => {
  await using node = await running();
  await replaced(node);
  await node.write('/etc/a', 'drift\n');
  await node.clock.advance(2 * 60_000);
  t.equal(await node.text('/etc/a'), 'drift\n');
  t.match(node.engine.status(), { verdict: 'Unknown', reason: { code: 'KSN-APPLY-025' } });
});

t.test('the marker of another agent is left as it is', async (t) => {
  const node = await running();
  await replaced(node);
  const marker = JSON.stringify({ pid: 77, bootId: 'boot-1', running: true, abnormal: [] });
  await node.write('/var/lib/keelson/running', marker, 0o600);
  await node.stop();
  t.equal(await node.text('/var/lib/keelson/running'), marker);
});

t.test('a lock that cannot be looked at is no lost one', async (t) => {
  await using node = await running();
  let failed = 0;
  {
    using _ = node.machine.fail(({ path }) => {
      if (path !== LOCK) return undefined;
      failed += 1;
      return 'EIO';
    });
    await node.clock.advance(2 * 60_000);
  }
  t.ok(failed > 0);
  t.equal((await node.accept(spec(2, 'two\n'))).verdict, 'OK');
});
