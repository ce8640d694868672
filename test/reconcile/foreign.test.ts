import t from 'tap';
import { EngineNode, verified } from '../support/engine-node.ts';

t.test('what is foreign in an exclusive folder is told once, and again after it was gone', async (t) => {
  await using node = await EngineNode.on();
  await node.start();
  await node.write('/srv/e/stray', 'x\n');
  await node.accept(verified(1, { directories: { '/srv/e': { exclusive: true } } }));
  const told = (): number => node.events.filter((event) => event.type === 'ForeignFound').length;
  await node.clock.advance(2 * 60 * 60_000);
  t.equal(told(), 1);
  await node.clock.advance(2 * 60 * 60_000);
  t.equal(told(), 1);
  await node.fs.remove('/srv/e/stray');
  await node.clock.advance(2 * 60 * 60_000);
  await node.write('/srv/e/stray', 'y\n');
  await node.clock.advance(2 * 60 * 60_000);
  t.equal(told(), 2);
});

t.test('of very many the first are named, and the others counted', async (t) => {
  await using node = await EngineNode.on();
  await node.start();
  const strangers = 300;
  for (let n = 0; n < strangers; n += 1) {
    await node.write(`/srv/e/${String(n).padStart(4, '0')}`, 'x\n');
    await node.write(`/etc/kubernetes/manifests/${String(n).padStart(4, '0')}`, 'x\n');
  }
  await node.accept(verified(1, { directories: { '/srv/e': { exclusive: true } } }));
  await node.clock.advance(2 * 60 * 60_000);
  const foreign = node.engine.resources().filter(({ condition }) => condition === 'foreign');
  const of = (prefix: string) => foreign.filter(({ address }) => address.startsWith(prefix));
  t.equal(of('directory:').length, 21);
  t.match(of('directory:/srv/e/*'), [
    { reason: { code: 'KSN-FILE-013', message: /\/srv\/e is exclusive, and 280 more/u } },
  ]);
  t.equal(of('pod:').length, 21);
  t.match(of('pod:foreign/*'), [{ reason: { code: 'KSN-POD-012', message: /has 280 more files/u } }]);
  t.equal(node.events.filter(({ type }) => type === 'ForeignFound').length, 42);
  t.equal(node.events.filter(({ type }) => type === 'DriftReported').length, 0);
  t.equal((await node.engine.preview()).notes?.length, 42);
  t.equal(node.engine.status().verdict, 'OK');

  for (let n = 0; n < strangers; n += 1) await node.fs.remove(`/srv/e/${String(n).padStart(4, '0')}`);
  await node.clock.advance(2 * 60 * 60_000);
  t.notOk(node.engine.resources().some(({ address }) => address.startsWith('directory:/srv/e/')));
});
