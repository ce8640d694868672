/** Rule 25: what a generation is, and what it says on this node, is settled when it is accepted. */
import t from 'tap';
import { losesNothing } from '../../hostfs/memory-crash.ts';
import { EngineNode, verified, type Sections } from '../support/engine-node.ts';

const file = (inline: string, more: object = {}): object => ({ content: { inline }, ...more });
const link = (target: string): Sections => ({ links: { '/etc/l': { target } } });

t.test('rule 25: the same series and number with another digest is refused, with an alarm', async (t) => {
  await using node = await EngineNode.on();
  await node.start();
  await node.accept(verified(1, { files: { '/etc/a': file('a\n') } }));
  const other = verified(1, { files: { '/etc/a': file('other\n') } });
  await t.rejects(node.engine.accept(other), { code: 'KSN-ENGINE-002', message: new RegExp(other.digest) });
  const status = await node.settled();
  t.equal(status.verdict, 'OK');
  t.not(status.wanted?.digest, other.digest);
  t.equal(await node.text('/etc/a'), 'a\n');
  t.match(node.events.at(-1), { type: 'SpecRefused', reason: { code: 'KSN-ENGINE-002' } }, 'the alarm');
});

t.test('rule 25: also after a restart, a rollback, a checkpoint, and while the first is only wanted', async (t) => {
  await using first = await EngineNode.on();
  await first.start();
  await first.accept(verified(1, { files: { '/etc/a': file('a\n') } }));
  const bad = verified(2, { files: { '/etc/a': file('bad\n', { gates: [{ file: '/run/never' }] }) } });
  await first.accept(bad);
  const other = verified(2, { files: { '/etc/a': file('other\n') } });
  await t.rejects(first.engine.accept(other), { code: 'KSN-ENGINE-002' }, 'a blocked number stays taken');
  await first.opened.reconciliation.execution.book.checkpoint(true);
  await using node = await first.crash(losesNothing);
  await node.start();
  await t.rejects(node.engine.accept(other), { code: 'KSN-ENGINE-002' });
  await t.rejects(node.engine.accept(verified(1, {})), { code: 'KSN-ENGINE-001' }, 'and an older one is a replay');
  await node.clock.runUntil(node.engine.accept(verified(3, { files: { '/etc/a': file('three\n') } })));
  await t.rejects(node.engine.accept(verified(3, {})), { code: 'KSN-ENGINE-002' });
  t.equal((await node.settled()).running?.generation, 3);
});

t.test('rule 25: the same document again changes nothing', async (t) => {
  await using node = await EngineNode.on();
  await node.start();
  const spec = verified(1, { files: { '/etc/a': file('a\n') } });
  await node.accept(spec);
  const { seq } = node.opened.reconciliation.execution.book;
  await node.accept(spec);
  t.equal(node.opened.reconciliation.execution.book.seq, seq);
  t.equal(node.events.filter(({ type }) => type === 'SpecAccepted').length, 1);
});

t.test('rule 25: facts are resolved once, at accept, and stored', async (t) => {
  await using node = await EngineNode.on();
  await node.start();
  const sections = link('hosts/${facts.hostname}');
  await node.accept(verified(1, sections, { facts: { hostname: 'before' } }));
  const targetOf = async (at: EngineNode): Promise<string | undefined> => (await at.fs.lstat('/etc/l'))?.target;
  t.equal(await targetOf(node), 'hosts/before');
  // The host was renamed, and the same document comes again.
  await node.accept(verified(1, sections, { facts: { hostname: 'after' } }));
  await node.engine.reconcile('uid 0');
  await node.settled();
  t.equal(await targetOf(node), 'hosts/before', 'a fact that changes later does not change the desired state');
  await node.opened.reconciliation.execution.book.checkpoint(true);
  await using again = await node.crash(losesNothing);
  await again.start();
  await again.settled();
  t.same((await again.engine.preview()).waves, []);
  t.equal(await targetOf(again), 'hosts/before', 'nor after a restart');
  const next = await again.accept(verified(2, sections, { facts: { hostname: 'after' } }));
  t.equal(next.verdict, 'OK');
  t.equal(await targetOf(again), 'hosts/after', 'the next generation resolves anew');
});

t.test('rule 25: a preview with other facts does not change what is accepted with its own', async (t) => {
  await using node = await EngineNode.on();
  await node.start();
  const sections = link('hosts/${facts.hostname}');
  const plan = await node.engine.preview(verified(1, sections, { facts: { hostname: 'before' } }));
  t.match(plan.waves.flat().at(-1), { address: 'link:/etc/l', to: { target: 'hosts/before' } });
  await node.accept(verified(1, sections, { facts: { hostname: 'after' } }));
  t.equal((await node.fs.lstat('/etc/l'))?.target, 'hosts/after');
});

t.test('rule 25: a retry runs the generation with the facts it was accepted with', async (t) => {
  await using node = await EngineNode.on();
  await node.start();
  const sections = { links: { '/etc/l': { target: 'hosts/${facts.hostname}', gates: [{ file: '/run/ready' }] } } };
  await node.accept(verified(1, sections, { facts: { hostname: 'before' } }));
  t.equal(node.engine.status().verdict, 'RolledBack');
  t.equal(await node.text('/etc/l'), null);
  await node.write('/run/ready', '');
  await node.accept(verified(1, sections, { facts: { hostname: 'after' } }));
  t.equal(node.engine.status().verdict, 'RolledBack', 'coming again does not unblock it');
  await node.engine.retry(1, 'uid 0', 'it is ready now');
  t.equal((await node.settled()).verdict, 'OK');
  t.equal((await node.fs.lstat('/etc/l'))?.target, 'hosts/before');
});
