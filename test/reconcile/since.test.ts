import t from 'tap';
import { losesNothing } from '../../hostfs/memory-crash.ts';
import { scriptedNode, things, type ScriptedNode } from '../support/scripted-node.ts';
import { ScriptedKind } from '../support/scripted-kind.ts';
import { kinds } from '../../agent/resources/registry.ts';

const HOUR = 3_600_000;
const rowOf = (node: ScriptedNode['node'], address: string) =>
  node.engine.resources().find((row) => row.address === address);

/** Waits for a key, for an hour. */
async function waitingNode(kind: ScriptedKind) {
  const it = await scriptedNode({}, undefined, kind);
  kind.script('key').waits = 'Vault is sealed';
  await it.begin(things(1, { key: '1', beside: '1' }), HOUR);
  return it;
}

t.test('an age does not begin anew where the agent or the machine does', async (t) => {
  for (const bootId of ['boot-1', 'boot-2'])
    await t.test(bootId, async (t) => {
      const kind = new ScriptedKind();
      await using it = await waitingNode(kind);
      const { node } = it;
      const [verdict, row] = [node.status?.since, rowOf(node, 'thing:key')?.since];
      t.equal(node.status?.verdict, 'Waiting');
      // The first restart dies before it has looked; the second finds what was so.
      await using first = await node.crash(losesNothing, {
        kinds: [...kinds, kind],
        bootId,
        ...(node.standing !== null && { standing: node.standing }),
      });
      await first.start();
      t.ok(first.standing);
      await using again = await first.crash(losesNothing, {
        ...(first.standing !== null && { standing: first.standing }),
      });
      await again.start();
      await again.clock.advance(60_000);
      t.match(again.status, { verdict: 'Waiting', since: verdict });
      t.equal(rowOf(again, 'thing:key')?.since, row);
      kind.script('key').waits = null;
      await again.settled();
      const well = again.status?.since ?? 0;
      await again.clock.advance(HOUR);
      kind.script('key').waits = 'Vault is sealed';
      await again.clock.runUntil(again.engine.accept(things(2, { key: '2', beside: '1' })));
      await again.clock.advance(60_000);
      t.ok((again.status?.since ?? 0) > well, 'a new wait has an age of its own');
    });
});

t.test('well is not said of a boot that nobody saw, nor anything of another node', async (t) => {
  const kind = new ScriptedKind();
  await using it = await scriptedNode({}, undefined, kind);
  const { node } = it;
  await node.accept(things(1, { a: '1' }));
  const since = node.status?.since ?? 0;
  await node.clock.advance(HOUR);
  const { standing } = node;
  if (standing === null) throw new Error('nothing was said');
  await using same = await node.crash(losesNothing, { standing });
  await same.start();
  t.match(await same.settled(), { verdict: 'OK', since }, 'of this boot');
  await using rebooted = await same.crash(losesNothing, { standing, bootId: 'boot-2' });
  await rebooted.start();
  t.ok((await rebooted.settled()).since > since);
  await using cloned = await rebooted.crash(losesNothing, {
    standing: { ...standing, node: 'lb-b' },
    bootId: 'boot-1',
  });
  await cloned.start();
  t.ok((await cloned.settled()).since > since);
});

t.test('another reason for the same word leaves its age', async (t) => {
  const kind = new ScriptedKind();
  await using it = await waitingNode(kind);
  const { node } = it;
  const since = node.status?.since;
  kind.script('key').waits = null;
  kind.script('key').unseen = 'the disk does not answer';
  await node.clock.advance(HOUR);
  t.match(node.status, { verdict: 'Waiting', since });
});

t.test('what could not be looked at is of one age, however often it is tried', async (t) => {
  const kind = new ScriptedKind();
  await using it = await scriptedNode({}, undefined, kind);
  const { node } = it;
  kind.script('key').unseen = 'the disk does not answer';
  const began = node.clock.now();
  await it.begin(things(1, { key: '1' }), HOUR);
  t.match(node.status, { verdict: 'Waiting', reason: { message: 'the disk does not answer' } });
  t.match(rowOf(node, 'thing:key'), { condition: 'unknown' });
  for (const since of [node.status?.since, rowOf(node, 'thing:key')?.since]) t.ok((since ?? Infinity) - began < 1_000);
});

t.test('what had to be repaired was not well meanwhile', async (t) => {
  const kind = new ScriptedKind();
  await using it = await scriptedNode({}, undefined, kind);
  const { node } = it;
  await node.accept(things(1, { a: '1' }));
  const since = node.status?.since ?? 0;
  await node.clock.advance(HOUR);
  const standing = node.standing ?? undefined;
  await using again = await node.crash(losesNothing, { ...(standing && { standing }) });
  await again.write('/things/a', 'edited');
  kind.script('a').applyMs = 1_000;
  await again.start();
  const { verdict, since: anew } = await again.settled();
  t.equal(verdict, 'OK');
  t.ok(anew > since + HOUR);
});

t.test('of what left the spec, nothing is kept for a next start', async (t) => {
  const kind = new ScriptedKind();
  await using it = await scriptedNode({}, undefined, kind);
  const { node } = it;
  await node.accept(things(1, { a: '1' }));
  const { standing } = node;
  if (standing === null) throw new Error('nothing was said');
  const gone = { address: 'thing:gone', condition: 'waiting', since: 1 } as const;
  await using again = await node.crash(losesNothing, { standing: { ...standing, rows: [gone] } });
  await again.start();
  await again.settled();
  t.strictSame(again.standing?.rows, []);
});
