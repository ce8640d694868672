/** Rule 24: a preview says what it was made on, and what is applied is what was seen; one process mutates. */
import t from 'tap';
import { EngineNode, recordingEffects, verified } from '../support/engine-node.ts';
import { IntentWatch } from '../support/intent-watch.ts';

const file = (inline: string, more: object = {}): object => ({ content: { inline }, ...more });
const one = verified(1, { files: { '/etc/a': file('a\n'), '/etc/b': file('b\n') } });
const HOUR = 60 * 60_000;

async function goodNode(): Promise<EngineNode> {
  const node = await EngineNode.on();
  await node.start();
  await node.accept(one);
  return node;
}

t.test('rule 24: the basis of a preview is its generation and the number in the journal', async (t) => {
  await using node = await goodNode();
  const { basis } = await node.engine.preview();
  t.same(basis, { series: 'lb', generation: 1, journalSeq: node.opened.reconciliation.execution.book.seq });
  await node.engine.reconcile('uid 0', basis);
  t.same((await node.engine.preview()).basis, basis, 'looking writes nothing');
});

t.test('rule 24: a stale basis is refused: something was repaired, held or accepted since', async (t) => {
  await using node = await goodNode();
  const refused = async (what: string, act: () => Promise<unknown>): Promise<void> => {
    const { basis } = await node.engine.preview();
    await act();
    await t.rejects(node.engine.reconcile('uid 0', basis), { code: 'KSN-ENGINE-009' }, what);
    await node.engine.reconcile('uid 0', (await node.engine.preview()).basis);
  };
  await refused('a repair', async () => {
    await node.write('/etc/a', 'tampered\n');
    await node.clock.advance(10_000);
  });
  const since = node.clock.now();
  await refused('a hold', () =>
    node.engine.override({
      id: 'h',
      address: 'file:/etc/a',
      kind: 'hold',
      by: 'uid 0',
      reason: '',
      since,
      expires: since + HOUR,
    }),
  );
  await refused('a release', () => node.engine.release('h', 'uid 0'));
  await refused('a generation', () => node.accept(verified(2, { files: { '/etc/a': file('a2\n') } })));
  await refused('safe mode', async () => {
    await node.engine.safeMode(true, 'uid 0', 'test');
    await node.engine.safeMode(false, 'uid 0', 'test');
  });
});

t.test('rule 24: a preview of a spec that is not accepted writes nothing and changes nothing', async (t) => {
  await using node = await goodNode();
  using watch = new IntentWatch(node.machine);
  const before = node.machine.counts.get('write');
  const plan = await node.engine.preview(verified(2, { files: { '/etc/a': file('a2\n'), '/etc/c': file('c\n') } }));
  t.same(
    plan.waves.map((wave) => wave.map(({ address, summary }) => [address, summary])),
    [
      [
        ['file:/etc/a', 'content'],
        ['file:/etc/c', 'create'],
      ],
      [['file:/etc/b', 'delete']],
    ],
  );
  t.equal(plan.from, 'lb/1');
  t.equal(plan.to, 'lb/2');
  t.same(watch.mutations, []);
  t.equal(node.machine.counts.get('write'), before);
  await node.clock.advance(HOUR);
  t.equal(await node.text('/etc/a'), 'a\n');
});

t.test('what begins says how many resources change, and how many folders lie on the way to them', async (t) => {
  await using node = await EngineNode.on();
  await node.start();
  const deep = verified(1, { files: { '/etc/app/x/a': file('a\n'), '/etc/app/x/b': file('b\n') } });
  const { waves, implied } = await node.engine.preview(deep);
  t.same(
    [waves.flat().length, implied],
    [5, ['directory:/etc', 'directory:/etc/app', 'directory:/etc/app/x']],
    'the plan has them all',
  );
  await node.accept(deep);
  await node.accept(verified(2, { files: { '/etc/app/x/a': file('a2\n'), '/etc/app/x/b': file('b\n') } }));
  t.same(
    node.events.filter(({ type }) => type === 'TransactionOpened').map(({ message }) => message),
    ['applying lb/1: 2 resources to change, 3 folders on the way', 'applying lb/2: 1 resource to change'],
  );
});

t.test('rule 24: a preview does not wait for the writer, and says what is busy', async (t) => {
  const reload = Promise.withResolvers<void>();
  const support = recordingEffects([]);
  await using node = await EngineNode.on(undefined, {
    effects: [
      {
        ...support,
        run: async (effect, host, signal) => {
          await reload.promise;
          return support.run(effect, host, signal);
        },
      },
    ],
  });
  await node.start();
  await node.accept(one);
  const onChange = { onChange: { 'process:a': { signal: 'SIGHUP' } } };
  await node.clock.runUntil(
    node.engine.accept(verified(2, { files: { '/etc/a': file('a2\n', onChange), '/etc/b': file('b\n') } })),
  );
  await node.clock.advance(1_000);
  const plan = await node.engine.preview();
  t.same(plan.busy, ['file:/etc/a'], 'while its reload hangs');
  t.equal(plan.to, 'lb/2');
  reload.resolve();
  t.equal((await node.settled()).verdict, 'OK');
  t.same((await node.engine.preview()).busy, []);
});

t.test('rule 24: whoever does not get the lock writes nothing', async (t) => {
  const first = await goodNode();
  await first.stop();
  await using node = await EngineNode.on(first.machine, {
    takeLock: async () => null,
  });
  using watch = new IntentWatch(node.machine);
  const before = node.machine.counts.get('write') ?? 0;
  await t.rejects(node.start(), { code: 'KSN-APPLY-020' });
  t.same(watch.mutations, []);
  t.equal(node.machine.counts.get('write') ?? 0, before);
});
