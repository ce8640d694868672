/** A user who owns a folder on the way to managed paths puts a link there: root's hand is not led by it. */
import t, { type Test } from 'tap';
import { losesNothing } from '../../hostfs/memory-crash.ts';
import { Outsider } from '../hostfs/outsider.ts';
import { EngineNode, verified } from '../support/engine-node.ts';

const MINUTE = 60_000;
const APP = 500;
const QUICK = { health: { stableForMs: 0, deadlineMs: MINUTE } };
const file = (inline: string, more: object = {}): object => ({ content: { inline }, ...more });
const sections = (content: string) => ({
  directories: { '/var/lib/app': { owner: String(APP), group: String(APP), exclusive: true } },
  files: { '/var/lib/app/conf/shadow': file(content), '/etc/other': file(content) },
});

async function managed(t: Test): Promise<{ readonly node: EngineNode; readonly hand: Outsider }> {
  const node = await EngineNode.on();
  await node.write('/etc/shadow', 'precious\n', 0o600);
  await node.start();
  t.equal((await node.accept(verified(1, sections('one\n'), QUICK))).verdict, 'OK');
  return { node, hand: new Outsider(node.machine.outside) };
}

function redirect(hand: Outsider, target: string): void {
  hand.move('/var/lib/app/conf', '/var/lib/app/aside');
  hand.link('/var/lib/app/conf', target);
  hand.give('/var/lib/app/conf', APP);
}

function putBack(hand: Outsider): void {
  hand.remove('/var/lib/app/conf');
  hand.move('/var/lib/app/aside', '/var/lib/app/conf');
}

t.test('a link to /etc: neither repair nor a newer generation writes there, and the reason says so', async (t) => {
  const { node, hand } = await managed(t);
  redirect(hand, '/etc');
  await node.clock.advance(MINUTE);
  t.match(node.engine.status(), {
    verdict: 'Unknown',
    reason: { code: 'KSN-FILE-024', element: /app\/conf/ },
  });
  t.match(node.engine.status().reason?.message, /\/var\/lib\/app\/conf/);
  await node.clock.runUntil(node.engine.accept(verified(2, sections('two\n'), QUICK)));
  await node.clock.advance(5 * MINUTE);
  t.equal(await node.text('/etc/shadow'), 'precious\n');
  t.equal(await node.text('/etc/other'), 'two\n', 'what has nothing to do with it goes on');
  putBack(hand);
  await node.clock.advance(10 * MINUTE);
  t.equal((await node.settled()).verdict, 'OK');
  t.equal(await node.text('/var/lib/app/conf/shadow'), 'two\n');
  t.equal(await node.text('/etc/shadow'), 'precious\n');
  await node[Symbol.asyncDispose]();
});

t.test('a link to what is their own, where no spec names one: told, and not healthy', async (t) => {
  const { node, hand } = await managed(t);
  redirect(hand, 'mine');
  hand.directory('/var/lib/app/mine');
  hand.give('/var/lib/app/mine', APP);
  await node.clock.advance(MINUTE);
  t.match(node.engine.status(), {
    verdict: 'Waiting',
    reason: { code: 'KSN-FILE-024', element: 'directory:/var/lib/app/conf', message: /link of user 500 to mine/ },
  });
  t.equal(await node.text('/var/lib/app/mine/shadow'), null);
  await node[Symbol.asyncDispose]();
});

t.test('a link of root, as /var/run is one, serves as before', async (t) => {
  await using node = await EngineNode.on();
  using hand = new Outsider(node.machine.outside);
  for (const folder of ['/run', '/var']) hand.directory(folder);
  hand.link('/var/run', '../run');
  await node.start();
  t.equal((await node.accept(verified(1, { files: { '/var/run/x': file('x\n') } }, QUICK))).verdict, 'OK');
  t.equal(await node.text('/run/x'), 'x\n');
});

t.test('what a crash left in a folder that was led away since is told', async (t) => {
  const { node: first, hand } = await managed(t);
  await first.clock.runUntil(first.engine.accept(verified(2, sections('two\n'), QUICK)), 10).catch(() => {});
  await using node = await first.crash(losesNothing);
  using after = new Outsider(node.machine.outside);
  after.write('/var/lib/app/conf/.keelson-9z-0~', 'half made');
  redirect(after, '/etc');
  await node.start();
  await node.clock.advance(MINUTE);
  t.match(node.engine.status().remarks, [
    { code: 'KSN-APPLY-043', element: '/var/lib/app/conf', message: /may be left at \/var\/lib\/app\/conf/ },
  ]);
  putBack(after);
  t.equal((await node.accept(verified(3, sections('three\n'), QUICK))).verdict, 'OK');
  t.notOk(
    node.engine.status().remarks.some(({ code }) => code === 'KSN-APPLY-043'),
    'until it was found',
  );
  t.strictSame(await node.fs.list('/var/lib/app/conf'), ['shadow']);
  hand[Symbol.dispose]();
});

t.test('an exclusive directory that cannot be listed keeps nobody from looking at the rest', async (t) => {
  await using node = await EngineNode.on();
  await node.start();
  const only = { '/srv/only': { exclusive: true, drift: 'report' } };
  await node.accept(verified(1, { directories: only, files: { '/etc/other': file('ours\n') } }, QUICK));
  using hand = new Outsider(node.machine.outside);
  hand.remove('/srv/only');
  hand.link('/srv/only', 'only');
  await node.accept(verified(2, { directories: only, files: { '/etc/other': file('newer\n') } }, QUICK));
  t.equal(await node.text('/etc/other'), 'newer\n');
});
