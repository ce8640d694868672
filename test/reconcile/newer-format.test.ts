/** Rule 23: a journal of a newer format, or an open transaction of a newer state version: read-only, still observing and reporting. */
import t, { type Test } from 'tap';
import { encodeFrame, scanFrames } from '../../agent/apply/frames.ts';
import { JOURNAL_FORMAT, type JournalRecord } from '../../agent/apply/records.ts';
import type { AnyKind } from '../../agent/resources/kind.ts';
import { kinds } from '../../agent/resources/registry.ts';
import { losesNothing } from '../../hostfs/memory-crash.ts';
import { MemoryHost } from '../../hostfs/memory-host.ts';
import { dieAt } from '../support/crash-points.ts';
import { EngineNode, verified, type EngineNodeOptions } from '../support/engine-node.ts';
import { IntentWatch } from '../support/intent-watch.ts';

const JOURNAL = '/var/lib/keelson/journal';
const file = (inline: string): object => ({ content: { inline } });
const one = verified(1, { files: { '/etc/a': file('a\n'), '/etc/b': file('b\n') } });
const two = verified(2, { files: { '/etc/a': file('a2\n'), '/etc/b': file('b2\n') } });

/** A machine on which generation 1 is good. */
async function goodMachine(options: EngineNodeOptions = {}): Promise<MemoryHost> {
  const node = await EngineNode.on(new MemoryHost(), options);
  await node.start();
  await node.accept(one);
  await node.stop();
  return node.machine;
}

type Frames = readonly (readonly JournalRecord[])[];

/** Somebody else wrote the journal: the same frames, changed. */
async function rewriteJournal(node: EngineNode, change: (frames: Frames) => Frames): Promise<void> {
  const fs = await node.outside();
  const bytes = await fs.read(JOURNAL);
  const frames = scanFrames(bytes).frames;
  const before = frames.map(({ payload }) => JSON.parse(Buffer.from(payload).toString()) as JournalRecord[]);
  let seq = frames[0]?.seq ?? 0;
  const parts = change(before).map((records, index) => {
    if (index > 0) seq += records.length;
    return encodeFrame(
      records.map((record) => JSON.stringify(record)),
      seq,
    );
  });
  const after = new Uint8Array(bytes.length);
  after.set(Buffer.concat(parts));
  await fs.writeDurably(JOURNAL, after, { mode: 0o600, uid: 0, gid: 0 });
}

/** Nothing is written, neither to the host nor to the journal; what differs is seen; whoever wants a change is told why not. */
async function looksOnly(
  t: Test,
  node: EngineNode,
  why: { readonly code: string; readonly message: RegExp },
): Promise<void> {
  using watch = new IntentWatch(node.machine);
  const before = await node.fs.read(JOURNAL);
  await node.start();
  await node.settled();
  await node.clock.advance(3 * 60 * 60_000);
  const status = node.engine.status();
  t.equal(status.verdict, 'Unknown');
  t.match(status.reason, why);
  await t.rejects(node.engine.accept(verified(9, {})), { code: 'KSN-ENGINE-006' });
  await t.rejects(node.engine.reconcile('uid 0'), { code: 'KSN-ENGINE-006' });
  await t.rejects(node.engine.rollback('uid 0', 'test'), { code: 'KSN-ENGINE-006' });
  t.match((await node.engine.preview()).withheld, /^read-only/);
  t.match(
    node.events.filter(({ type }) => type === 'JournalReadOnly'),
    [{ message: why.message, reason: { code: why.code } }],
    'told once',
  );
  t.same(watch.mutations, []);
  t.same(await node.fs.read(JOURNAL), before, 'not a byte of the journal is touched');
}

t.test('rule 23: a journal of a newer format is not written to, and the node is still looked at', async (t) => {
  await using node = await EngineNode.on(await goodMachine());
  await rewriteJournal(node, (frames) => [
    ...frames,
    [{ t: 'header', format: JOURNAL_FORMAT + 1, agent: '9.0.0', kinds: {}, bootId: 'boot-1', at: 0 }],
    [{ t: 'whatever comes then' } as unknown as JournalRecord],
  ]);
  await node.write('/etc/a', 'tampered\n');
  await looksOnly(t, node, { code: 'KSN-APPLY-002', message: /needs agent ≥ 9\.0\.0/ });
  t.same(
    node.engine.status().resources.map(({ address, condition }) => [address, condition]),
    [['file:/etc/a', 'differs']],
    'what differs is reported',
  );
  await node.write('/etc/b', 'tampered\n');
  await node.clock.advance(10_000);
  t.equal(node.engine.status().resources.length, 2, 'and watched on');
  await node.write('/etc/a', 'a\n');
  await node.clock.advance(10_000);
  t.same(
    node.engine.status().resources.map(({ address }) => address),
    ['file:/etc/b'],
  );
});

t.test('rule 23: a journal that begins in a newer format is not written to, and the status says so', async (t) => {
  await using node = await EngineNode.on(await goodMachine());
  await rewriteJournal(node, () => [
    [{ t: 'header', format: JOURNAL_FORMAT + 1, agent: '9.0.0', kinds: {}, bootId: 'boot-1', at: 0 }],
    [{ t: 'whatever comes then' } as unknown as JournalRecord],
  ]);
  await node.write('/etc/.keelson-1-1~', 'of the newer agent\n');
  await looksOnly(t, node, { code: 'KSN-APPLY-002', message: /needs agent ≥ 9\.0\.0/ });
  t.equal(await node.text('/etc/.keelson-1-1~'), 'of the newer agent\n', 'its temporaries are not ours to sweep');
});

// There is one format so far, so no journal of a real N−1 exists: these are today's records under the older number. What
// it proves is that the number is let in and a header of N follows; with format 2 a journal as the release before wrote
// it belongs here.
t.test('rule 23: the number N−1 is let in, and the journal goes on as N', async (t) => {
  await using node = await EngineNode.on(await goodMachine());
  await rewriteJournal(node, (frames) =>
    frames.map((records) =>
      records.map((record) => (record.t === 'header' ? { ...record, format: JOURNAL_FORMAT - 1 } : record)),
    ),
  );
  await node.start();
  const status = await node.accept(two);
  t.equal(status.verdict, 'OK');
  t.equal(node.state.header?.format, JOURNAL_FORMAT);
  t.equal(await node.text('/etc/a'), 'a2\n');
});

/** The same kinds as a later release has them. */
const newer: readonly AnyKind[] = kinds.map((kind) => (kind.name === 'files' ? { ...kind, stateVersion: 2 } : kind));
const NEWER: EngineNodeOptions = { kinds: newer, settings: { agentVersion: '2.5.0' } };

t.test(
  'rule 23: an open transaction of a newer stateVersion is left alone until an agent that knows it is back',
  async (t) => {
    const machine = await goodMachine(NEWER);
    const host = machine.crash(losesNothing);
    const dying = await EngineNode.on(host, NEWER);
    host.onPrimitive = ({ primitive, path, index }) => {
      if (primitive === 'rename' && path.startsWith('/etc/.keelson')) host.crashAt(index, 'after');
    };
    await dieAt(dying, host, 0, 'before', async () => {
      await dying.start();
      await dying.accept(two);
    });
    await using old = await dying.crash(losesNothing, { kinds, settings: { agentVersion: '0.1.0' } });
    await looksOnly(t, old, { code: 'KSN-APPLY-003', message: /needs agent ≥ 2\.5\.0/ });
    t.equal(old.engine.resources().filter(({ condition }) => condition === 'differs').length, 1, 'one had arrived');
    await using back = await old.crash(losesNothing, NEWER);
    await back.start();
    const status = await back.settled();
    t.equal(status.verdict, 'OK');
    t.equal(status.running?.generation, 2);
    t.same([await back.text('/etc/a'), await back.text('/etc/b')], ['a2\n', 'b2\n']);
  },
);

t.test('rule 23: a newer stateVersion in a closed transaction does not stand in the way', async (t) => {
  await using old = await EngineNode.on(await goodMachine(NEWER));
  await old.start();
  t.equal((await old.accept(two)).verdict, 'OK');
});
