import t from 'tap';
import { openJournal } from '../../agent/apply/journal.ts';
import type { Change } from '../../agent/resources/kind.ts';
import { losesAll, losesNothing } from '../../hostfs/memory-crash.ts';
import type { MemoryHost } from '../../hostfs/memory-host.ts';
import { openRoot } from '../../hostfs/rooted.ts';
import { verified } from '../support/engine-node.ts';
import { IntentWatch } from '../support/intent-watch.ts';
import { ScriptedKind, type ThingState } from '../support/scripted-kind.ts';
import { scriptedNode, things } from '../support/scripted-node.ts';

/** What the journal of a dead machine has of generation 2: intents, or that all of it is done and good. */
async function intended(machine: MemoryHost): Promise<readonly string[]> {
  await using fs = await openRoot(machine.primitives, { ids: 'as-is' });
  await using journal = await openJournal(fs, '/var/lib/keelson', {
    header: {
      agent: '0.1.0',
      kinds: { things: 1, files: 1, directories: 1, links: 1, staticPods: 1 },
      bootId: 'x',
      at: 0,
    },
  });
  const { lastKnownGood, ledger } = journal.state;
  if (lastKnownGood?.generation === 2) return [...ledger.keys()];
  return [...journal.state.open.values()].flatMap((tx) =>
    tx.intents.flatMap(({ changes }) => changes.map(({ address }) => address)),
  );
}

t.test('rule 1: a change is a before/after pair, and its undo the same apply of the pair turned round', async (t) => {
  await using it = await scriptedNode();
  const { node, kind } = it;
  await node.accept(things(1, { a: '1', gone: '1' }));
  const pairs: Pick<Change<ThingState>, 'from' | 'to' | 'why'>[] = [];
  for (const key of ['a', 'gone', 'new'])
    kind.script(key).beforeApply = ({ from, to, why }) => void pairs.push({ from, to, why });
  kind.script('a').unwell = (value) => value === '2';
  await node.accept(things(2, { a: '2', new: '2' }));
  const forward = pairs.filter(({ why }) => why !== 'undo');
  const back = pairs.filter(({ why }) => why === 'undo');
  t.ok(forward.length > 0);
  t.same(
    back.map(({ from, to }) => JSON.stringify([to, from])).toSorted(),
    forward.map(({ from, to }) => JSON.stringify([from, to])).toSorted(),
  );
});

t.test('rule 1: a crash loses nothing of the undo: the journal alone has it', async (t) => {
  const kind = new ScriptedKind();
  const it = await scriptedNode({}, undefined, kind);
  await it.node.accept(things(1, { a: '1', b: '1' }));
  kind.script('b').unwell = (value) => value === '2';
  await it.begin(things(2, { a: '2', b: '2', new: '2' }), 1_000);
  t.equal(await it.thing('a'), '2');
  await using after = await it.node.crash(losesAll);
  await after.start();
  t.equal((await after.settled()).verdict, 'RolledBack');
  t.same(await Promise.all(['a', 'b', 'new'].map((key) => after.text(`/things/${key}`))), ['1', '1', null]);
});

t.test('rule 2: stage, then the intent on disk, then apply', async (t) => {
  await using it = await scriptedNode();
  const { node } = it;
  using watch = new IntentWatch(node.machine);
  const steps: string[] = [];
  node.machine.onPrimitive = ({ primitive, path, args }) => {
    if (primitive === 'rename' && path.startsWith('/things/')) steps.push(`apply ${String(args[3])}`);
    else if (primitive.startsWith('sync') && path.startsWith('/things/.keelson-')) steps.push('stage');
    else if (primitive === 'syncData' && path === '/var/lib/keelson/journal') steps.push('journal');
  };
  await node.accept(things(1, { a: '1', b: '1' }));
  node.machine.onPrimitive = undefined;
  t.same(watch.mutations.filter((change) => change.includes('/things/')).toSorted(), [
    'rename /things/a',
    'rename /things/b',
  ]);
  t.same(watch.unannounced, [], 'nothing that the durable journal does not name');
  const applied = steps.findIndex((step) => step.startsWith('apply'));
  t.same(steps.slice(applied - 3, applied), ['stage', 'stage', 'journal'], 'both lie there before they are meant');
});

t.test(
  'rule 2: whatever a power cut leaves changed was intended; temporaries aside nothing else is touched',
  async (t) => {
    const good = await scriptedNode();
    await good.node.write('/etc/taken', 'theirs\n');
    const sections = (value: string) => ({
      files: { '/etc/taken': { content: { inline: value } }, '/etc/dir/file': { content: { inline: value } } },
      links: { '/etc/link': { target: value } },
      things: { a: { value } },
    });
    await good.node.accept(verified(1, { files: { '/etc/dir/file': { content: { inline: '1' } } } }));
    await good.node.stop();
    const quick = { health: { stableForMs: 0, deadlineMs: 1_000 } };
    const picture = async (machine: MemoryHost): Promise<ReadonlyMap<string, string>> => {
      await using fs = await openRoot(machine.primitives, { ids: 'as-is' });
      const found = new Map<string, string>();
      for (const folder of ['/etc', '/etc/dir', '/things']) {
        for (const name of await fs.list(folder)) {
          const entry = await fs.lstat(`${folder}/${name}`);
          if (entry === null || entry.type === 'directory' || name.startsWith('.keelson-')) continue;
          const what =
            entry.type === 'file' ? Buffer.from(await fs.read(`${folder}/${name}`)).toString() : entry.target;
          found.set(`${entry.type}:${folder}/${name}`, `${what}`);
        }
      }
      return found;
    };
    const before = await picture(good.node.machine.crash(losesNothing));
    const wrong: string[] = [];
    let changedAtAll = 0;
    let cuts = 0;
    for (let nth = 1; ; nth += 1) {
      const it = await scriptedNode({}, good.node.machine.crash(losesNothing), new ScriptedKind());
      let seen = 0;
      let ended = false;
      it.node.machine.onPrimitive = ({ primitive, index }) => {
        if (!['rename', 'renameNew', 'unlink', 'sync', 'syncData', 'setMode'].includes(primitive)) return;
        seen += 1;
        if (seen === nth) it.node.machine.crashAt(index, 'after');
      };
      const over = new AbortController();
      const dead = it.node.died(over.signal);
      const work = it.node.accept(verified(2, sections('2'), quick)).then(() => {
        ended = true;
      });
      await Promise.race([work.catch(() => {}), dead]);
      over.abort();
      if (ended) {
        await it[Symbol.asyncDispose]();
        break;
      }
      cuts += 1;
      const left = (await it.node.crash(nth % 2 === 0 ? losesAll : losesNothing)).machine;
      const after = await picture(left);
      const named = new Set((await intended(left)).map((address) => address.replace('thing:', 'file:/things/')));
      for (const key of new Set([...before.keys(), ...after.keys()])) {
        if (before.get(key) === after.get(key)) continue;
        changedAtAll += 1;
        if (!named.has(key)) wrong.push(`${nth}: ${key} is ${after.get(key)} and nothing says so`);
      }
    }
    t.comment(`${cuts} power cuts and kills`);
    t.ok(changedAtAll > 0);
    t.same(wrong, []);
  },
);
