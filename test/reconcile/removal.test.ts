/** Rule 16: an item that leaves the spec is deleted if we made it, restored if we took it over, or kept. */
import t from 'tap';
import { losesNothing } from '../../hostfs/memory-crash.ts';
import { kinds } from '../../agent/resources/registry.ts';
import { Outsider } from '../hostfs/outsider.ts';
import { EngineNode, verified, type Sections } from '../support/engine-node.ts';
import { IntentWatch } from '../support/intent-watch.ts';

const file = (inline: string, more: object = {}): object => ({ content: { inline }, ...more });

async function withGood(sections: Sections, found: Readonly<Record<string, string>> = {}): Promise<EngineNode> {
  const node = await EngineNode.on();
  for (const [path, content] of Object.entries(found)) await node.write(path, content);
  await node.start();
  await node.accept(verified(1, sections));
  return node;
}

const summaries = async (node: EngineNode, sections: Sections): Promise<Readonly<Record<string, string>>> => {
  const plan = await node.engine.preview(verified(2, sections));
  return Object.fromEntries(plan.waves.flat().map(({ address, summary }) => [address, summary]));
};

t.test('the plan says in which generation a thing was taken over, also after a crash', async (t) => {
  await using before = await EngineNode.on();
  await before.write('/etc/taken', 'theirs\n');
  await before.start();
  for (const generation of [12, 42])
    await before.accept(verified(generation, { files: { '/etc/taken': file(`${generation}\n`) } }));
  await using node = await before.crash();
  await node.start();
  const plan = await node.engine.preview(verified(43, {}));
  t.match(plan.waves.flat(), [{ address: 'file:/etc/taken', summary: 'restore original (taken over in 12)' }]);
});

t.test(
  'rule 16: by default what we made is deleted and what we took over is restored; the plan says which',
  async (t) => {
    await using node = await withGood(
      { files: { '/etc/made': file('x\n'), '/etc/taken': file('ours\n'), '/etc/same': file('same\n') } },
      { '/etc/taken': 'theirs\n', '/etc/same': 'same\n' },
    );
    t.match(await summaries(node, {}), {
      'file:/etc/made': 'delete',
      'file:/etc/taken': 'restore original (taken over in 1)',
    });
    await node.accept(verified(2, {}));
    t.equal(await node.text('/etc/made'), null);
    t.equal(await node.text('/etc/taken'), 'theirs\n');
    t.equal(await node.text('/etc/same'), 'same\n', 'what was there before and never changed stays');
    t.equal([...node.state.ledger.keys()].filter((address) => address.startsWith('file:')).length, 0);
  },
);

t.test('rule 16: onRemove: delete, restore, keep', async (t) => {
  const found = { '/etc/delete': 'theirs\n', '/etc/restore': 'theirs\n', '/etc/keep': 'theirs\n' };
  await using node = await withGood(
    {
      files: {
        '/etc/delete': file('ours\n', { onRemove: 'delete' }),
        '/etc/restore': file('ours\n', { onRemove: 'restore' }),
        '/etc/keep': file('ours\n', { onRemove: 'keep' }),
      },
    },
    found,
  );
  await node.accept(verified(2, {}));
  t.equal(await node.text('/etc/delete'), null);
  t.equal(await node.text('/etc/restore'), 'theirs\n');
  t.equal(await node.text('/etc/keep'), 'ours\n');
  t.notOk(node.state.ledger.has('file:/etc/keep'), 'and is nobody’s');
  t.ok(node.events.some(({ type, address }) => type === 'ResourceLeft' && address === 'file:/etc/keep'));
});

t.test('rule 16: what onRemove says last counts, also where the thing itself stayed as it was', async (t) => {
  await using node = await withGood({ files: { '/etc/a': file('a\n', { onRemove: 'delete' }) } });
  await node.accept(verified(2, { files: { '/etc/a': file('a\n', { onRemove: 'keep' }) } }));
  await node.accept(verified(3, {}));
  t.equal(await node.text('/etc/a'), 'a\n');
});

t.test('rule 16: edited since is left and reported; already gone drops the row', async (t) => {
  await using node = await withGood({ files: { '/etc/edited': file('x\n'), '/etc/gone': file('x\n') } });
  await node.write('/etc/edited', 'by hand\n');
  await (await node.outside()).remove('/etc/gone');
  // Before the edit has rested long enough to be repaired.
  await node.accept(verified(2, {}));
  t.equal(await node.text('/etc/edited'), 'by hand\n');
  t.match(
    node.events.find(({ type, address }) => type === 'ResourceLeft' && address === 'file:/etc/edited'),
    { message: /was edited since Keelson wrote it: content/ },
  );
  t.equal(node.state.ledger.has('file:/etc/gone'), false);
  t.equal(node.state.ledger.has('file:/etc/edited'), false);
});

t.test('rule 16: folders only when empty', async (t) => {
  await using node = await withGood({
    directories: { '/srv/empty': {}, '/srv/used': {} },
    files: { '/srv/used/ours': file('x\n') },
  });
  await node.write('/srv/used/theirs', 'theirs\n');
  await node.accept(verified(2, {}));
  t.equal(await node.text('/srv/empty'), null);
  t.equal(await node.text('/srv/used/ours'), null);
  t.equal(await node.text('/srv/used/theirs'), 'theirs\n');
  t.equal(await node.text('/srv/used'), '<directory>');
  t.notOk(node.state.ledger.has('directory:/srv/used'));
});

t.test('rule 16: rows of unknown kinds are kept, reported orphaned, untouched', async (t) => {
  const first = await withGood({
    files: { '/etc/a': file('a\n') },
    links: { '/etc/l': { target: 'a' }, '/etc/m': { target: 'a' } },
  });
  await first.stop();
  await using node = await first.crash(losesNothing, { kinds: kinds.filter(({ name }) => name !== 'links') });
  await node.start();
  await node.accept(verified(2, { files: { '/etc/a': file('a2\n') } }));
  await node.clock.advance(2 * 60 * 60_000);
  t.equal(await node.text('/etc/l'), '<link>');
  t.equal(await node.text('/etc/a'), 'a2\n');
  t.match(
    node.engine.status().resources.map(({ address, condition }) => [address, condition]),
    [
      ['link:/etc/l', 'orphaned'],
      ['link:/etc/m', 'orphaned'],
    ],
  );
  t.match(node.engine.status().resources[0]?.reason, { code: 'KSN-PLAN-003', message: /link:\/etc\/l.*'link'/u });
  t.equal(node.engine.status().verdict, 'OK', 'which is no fault of the node');
  // A failing generation does not touch them either.
  await node.accept(verified(3, { files: { '/etc/a': file('a3\n', { gates: [{ file: '/run/never' }] }) } }));
  t.equal(await node.text('/etc/l'), '<link>');
  t.ok(node.state.ledger.has('link:/etc/l'));
  await using back = await node.crash(losesNothing, { kinds });
  await back.start();
  await back.settled();
  await back.accept(verified(4, { files: { '/etc/a': file('a2\n') } }));
  t.equal(await back.text('/etc/l'), null, 'the release that knows the kind takes it up again');
});

t.test('rule 16: leave --keep ends management and touches nothing', async (t) => {
  await using node = await withGood(
    { files: { '/etc/made': file('x\n'), '/etc/taken': file('ours\n') } },
    { '/etc/taken': 'theirs\n' },
  );
  using watch = new IntentWatch(node.machine);
  await node.engine.leave('keep', 'uid 0');
  await node.settled();
  t.same(watch.mutations, []);
  t.equal(node.state.ledger.size, 0);
  t.match(
    node.engine.status(),
    { verdict: 'Left', total: 0, next: /manages it again/ },
    'as desired is something else',
  );
  await node.write('/etc/made', 'edited\n');
  await node.clock.advance(2 * 60 * 60_000);
  t.equal(await node.text('/etc/made'), 'edited\n', 'nothing is repaired any more');
  await using again = await node.crash(losesNothing);
  await again.start();
  await again.clock.advance(60 * 60_000);
  t.equal(await again.text('/etc/made'), 'edited\n', 'nor after a restart');
  t.equal(again.engine.status().verdict, 'Left');
});

t.test('rule 16: leave --restore gives originals back byte for byte and leaves what was edited since', async (t) => {
  await using node = await withGood(
    {
      directories: { '/etc/d': {} },
      files: {
        '/etc/d/made': file('x\n', { onRemove: 'keep' }),
        '/etc/taken': file('ours\n'),
        '/etc/edited': file('ours\n', { drift: 'report' }),
        '/etc/kept': file('ours\n', { onRemove: 'keep' }),
      },
    },
    { '/etc/taken': 'theirs\0\n', '/etc/edited': 'theirs\n', '/etc/kept': 'theirs\n' },
  );
  await node.write('/etc/edited', 'by hand\n');
  await node.engine.leave('restore', 'uid 0');
  await node.settled();
  t.equal(await node.text('/etc/d'), null, 'what was made goes, onRemove or not: this is no removal from a spec');
  t.equal(await node.text('/etc/taken'), 'theirs\0\n');
  t.equal(await node.text('/etc/kept'), 'theirs\n');
  t.equal(await node.text('/etc/edited'), 'by hand\n');
  t.equal(node.state.ledger.size, 0);
  t.equal(node.engine.status().verdict, 'Left');
  t.equal(
    (await node.accept(verified(2, { files: { '/etc/taken': file('again\n') } }))).verdict,
    'OK',
    'a newer generation begins anew',
  );
  t.equal(await node.text('/etc/taken'), 'again\n');
});

t.test('rule 16: a link that was there comes back to whom it belonged', async (t) => {
  await using node = await EngineNode.on();
  using hand = new Outsider(node.machine.outside);
  hand.directory('/srv');
  for (const name of ['/srv/theirs', '/srv/roots', '/srv/away']) hand.link(name, 'target');
  hand.give('/srv/theirs', 500);
  hand.give('/srv/away', 500);
  await node.start();
  await node.accept(
    verified(1, {
      files: { '/srv/theirs': file('ours\n'), '/srv/roots': file('ours\n') },
      links: { '/srv/away': { target: 'elsewhere' } },
    }),
  );
  t.equal(await node.text('/srv/theirs'), 'ours\n');
  t.match(await node.fs.lstat('/srv/away'), { target: 'elsewhere', uid: 0 });
  await node.accept(verified(2, {}));
  t.match(await node.fs.lstat('/srv/theirs'), { type: 'link', target: 'target', uid: 500, gid: 500 });
  t.match(await node.fs.lstat('/srv/away'), { type: 'link', target: 'target', uid: 500, gid: 500 });
  t.match(await node.fs.lstat('/srv/roots'), { type: 'link', uid: 0, gid: 0 });
});
