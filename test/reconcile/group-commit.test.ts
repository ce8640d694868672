import t from 'tap';
import type { MemoryHost } from '../../hostfs/memory-host.ts';
import { scriptedNode, things, type Things } from '../support/scripted-node.ts';

const JOURNAL = '/var/lib/keelson/journal';

/** Counts what reaches the disk of the journal from now on. */
function journalSyncs(machine: MemoryHost): { count: number } {
  const syncs = { count: 0 };
  machine.onPrimitive = ({ primitive, path }) => {
    if (primitive === 'syncData' && path === JOURNAL) syncs.count += 1;
  };
  return syncs;
}

const many = (count: number, value: string): Things =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`n${index}`, value]));

async function syncsOf(section: Things): Promise<number> {
  await using it = await scriptedNode({ journalBytes: 1024 * 1024 });
  const syncs = journalSyncs(it.node.machine);
  await it.node.accept(things(1, section));
  return syncs.count;
}

t.test('rule 3: one append and fsync carries the intents of a whole wave', async (t) => {
  const one = await syncsOf(many(1, '1'));
  t.equal(await syncsOf(many(40, '1')), one, 'forty changes of one wave cost what one does');
  const chain = Object.fromEntries(
    Array.from({ length: 4 }, (_, n) => [`n${n}`, { value: '1', ...(n > 0 && { dependsOn: [`thing:n${n - 1}`] }) }]),
  );
  t.equal(await syncsOf(chain), one + 3, 'each wave more costs one more');
  // accept, open, intent, verdict, close
  t.ok(one <= 5, `${one} for a generation of one wave`);
});

t.test('rule 3: done is lazy: a wave that owes nothing is followed by no fsync of its own', async (t) => {
  await using it = await scriptedNode();
  const { node, kind } = it;
  await node.accept(things(1, { a: '1' }));
  const order: string[] = [];
  node.machine.onPrimitive = ({ primitive, path }) => {
    if (primitive === 'syncData' && path === JOURNAL) order.push('sync');
  };
  kind.script('a').beforeApply = () => void order.push('apply');
  await it.begin(things(2, { a: '2' }), 500);
  t.same(order, ['sync', 'sync', 'sync', 'apply'], 'accept, open, intent; then nothing until the verdict');
});

t.test('rule 3: a repair costs one fsync before it and none of its own after it', async (t) => {
  await using it = await scriptedNode();
  await it.node.accept(things(1, { a: '1' }));
  const syncs = journalSyncs(it.node.machine);
  await it.tamper('a', 'tampered');
  await it.node.clock.advance(5_000);
  t.equal(await it.thing('a'), '1');
  t.equal(syncs.count, 1);
});
