/** A number goes to one set of documents, whatever ends a build or happens to its state. */
import t from 'tap';
import { writeOutputs } from '../../agent/authoring/write-outputs.ts';
import { CrashError } from '../../hostfs/memory-host.ts';
import { losesAll, losesNothing } from '../../hostfs/memory-crash.ts';
import { openRoot } from '../../hostfs/rooted.ts';
import { readStamps, writeStamps } from '../../agent/authoring/stamps.ts';
import { buildIn, built, HEAD, memorySite, put, text, type SiteTree } from './site-maker.ts';
import { site } from './two-node-site.ts';

t.test('a number for each change of the series', async (t) => {
  const { fs } = await memorySite(site);
  const generations = async () => (await built(fs)).built.map(({ node, generation }) => `${node} ${generation}`);
  t.strictSame(await generations(), ['lb-a 1', 'lb-b 1']);
  t.strictSame(await generations(), ['lb-a 1', 'lb-b 1'], 'nothing changed');
  await put(fs, { 'nodes/lb-b.yaml': 'extends: [../roles/lb.yaml]\nvars: { port: 8082 }\n' });
  t.strictSame(await generations(), ['lb-a 2', 'lb-b 2'], 'all of the series');
  await put(fs, { 'nodes/lb-c.yaml': 'extends: [../roles/lb.yaml]\nvars: { port: 1 }\n' });
  t.strictSame(await generations(), ['lb-a 3', 'lb-b 3', 'lb-c 3'], 'one came');
  await fs.remove('/nodes/lb-c.yaml');
  t.strictSame(await generations(), ['lb-a 4', 'lb-b 4'], 'one went');
  t.equal(await text(fs, 'build/lb-c.json'), null, 'and what was built of it');
  await put(fs, { 'nodes/x.yaml': 'metadata: { series: x }\nspec: {}\n' });
  t.strictSame(await generations(), ['lb-a 4', 'lb-b 4', 'x 1'], 'another series has its own');
  await fs.remove('/nodes/x.yaml');
  await generations();
  await put(fs, { 'nodes/x.yaml': 'metadata: { series: x }\nspec: {}\n' });
  t.strictSame(await generations(), ['lb-a 4', 'lb-b 4', 'x 2'], 'a series that comes back goes on');
});

t.test('what is shown of a change is that change, on the node that has it', async (t) => {
  const { fs } = await memorySite(site);
  const changes = async () =>
    (await built(fs)).built.map(({ node, changes }) => `${node} ${changes.map(({ address }) => address).join(' ')}`);
  await changes();
  t.strictSame(await changes(), ['lb-a ', 'lb-b '], 'nothing changed');
  await put(fs, { 'nodes/lb-b.yaml': 'extends: [../roles/lb.yaml]\nvars: { port: 8082 }\n' });
  t.strictSame(await changes(), ['lb-a ', 'lb-b file:/etc/a pod:web spec.gates']);
});

t.test('two branches that gave out one number do not share it when they meet', async (t) => {
  const { fs } = await memorySite(site);
  await built(fs);
  const first = JSON.parse((await text(fs, 'generations.json')) ?? '') as {
    series: { lb: { nodes: Record<string, string> } };
  };
  // One branch changed lb-a and the other lb-b: git merges their lines.
  await put(fs, { 'nodes/lb-a.yaml': 'extends: [../roles/lb.yaml]\nvars: { port: 1 }\n' });
  await built(fs);
  const ours = JSON.parse((await text(fs, 'generations.json')) ?? '') as typeof first & {
    series: { lb: { generation: number } };
  };
  await put(fs, { 'nodes/lb-b.yaml': 'extends: [../roles/lb.yaml]\nvars: { port: 2 }\n' });
  const { built: both = [], outputs = [] } = await buildIn(fs);
  const theirs = outputs[0]?.after ?? new Uint8Array();
  const merged = JSON.parse(Buffer.from(theirs).toString()) as typeof ours;
  merged.series.lb.generation = 2;
  Object.assign(merged.series.lb, { digest: (ours.series.lb as unknown as { digest: string }).digest });
  await put(fs, { 'generations.json': JSON.stringify(merged) });
  t.equal(both[0]?.generation, 3);
  t.equal((await built(fs)).built[0]?.generation, 3, 'the nodes fit and the digest does not');
});

const noNode = { 'nodes/b.yaml': `${HEAD}spec: {}\n` };

for (const [title, coming, lost] of [
  ['a document changes', {}, losesAll],
  ['a document changes, and the disk keeps what it has', {}, losesNothing],
  ['a node comes', noNode, losesAll],
  ['a node comes, and the disk keeps what it has', noNode, losesNothing],
] as const)
  t.test(`a number that may have left is never given to other bytes, whatever ends a build: ${title}`, async (t) => {
    const before: SiteTree = { 'nodes/a.yaml': `${HEAD}spec: { links: { /etc/x: { target: one } } }\n` };
    const change = { ...before, 'nodes/a.yaml': `${HEAD}spec: { links: { /etc/x: { target: two } } }\n`, ...coming };
    const again = { 'nodes/a.yaml': `${HEAD}spec: { links: { /etc/x: { target: three } } }\n` };
    let points = 0;
    for (let point = 1; ; point += 1) {
      const shipped = new Map<number, Set<string>>();
      const note = async (fs: Parameters<typeof text>[0]): Promise<void> => {
        for (const node of ['a', 'b']) {
          const json = await text(fs, `build/${node}.json`);
          if (json === null) continue;
          const { generation } = (JSON.parse(json) as { readonly metadata: { readonly generation: number } }).metadata;
          shipped.set(generation, (shipped.get(generation) ?? new Set()).add(`${node} ${json}`));
        }
      };
      const { fs, machine } = await memorySite(before);
      await built(fs);
      await note(fs);
      await put(fs, change);
      const { outputs = [] } = await buildIn(fs);
      machine.crashAt(machine.calls + point);
      try {
        await writeOutputs(outputs, fs);
        break;
      } catch (error) {
        if (!(error instanceof CrashError) && !machine.dead) throw error;
      }
      points += 1;
      const after = await openRoot(machine.crash(lost).primitives, { ids: 'as-is' });
      await note(after);
      await put(after, again);
      const comes = 'nodes/b.yaml' in coming && point % 2 === 0;
      if ('nodes/b.yaml' in coming && !comes) await after.remove('/nodes/b.yaml');
      await built(after);
      await note(after);
      for (const [generation, documents] of shipped) {
        const nodes = [...documents].map((one) => one.slice(0, 1));
        t.equal(new Set(nodes).size, nodes.length, `at ${point}: one document a node of generation ${generation}`);
      }
      t.strictSame(
        await after.list('/build'),
        ['MANIFEST.json', 'a.json', ...(comes ? ['b.json'] : [])],
        `at ${point}`,
      );
      if (!comes) continue;
      await after.remove('/nodes/b.yaml');
      await built(after);
      t.equal(await text(after, 'build/b.json'), null, `at ${point}: what build made of a gone node goes`);
    }
    t.ok(points > 15, `${points} crash points`);
  });

t.test('what build did not make stays', async (t) => {
  const { fs } = await memorySite({ ...site, 'build/other.json': '{}', 'build/notes.txt': 'x' });
  await built(fs);
  await fs.remove('/nodes/lb-b.yaml');
  await built(fs);
  t.strictSame(await fs.list('/build'), ['MANIFEST.json', 'lb-a.json', 'notes.txt', 'other.json']);
});

t.test('generations.json that cannot be read is not begun anew', async (t) => {
  for (const state of [
    '{',
    '[]',
    '{"format":2,"series":{}}',
    '{"format":1,"series":{"lb":{"generation":0}}}',
    '<<<<<<< ours',
  ]) {
    const { fs } = await memorySite({ ...site, 'generations.json': state });
    await t.rejects(buildIn(fs), { code: 'KSN-BUILD-019' }, state);
  }
});

t.test('generations.json that is lost, or of before, does not give a number out again', async (t) => {
  const { fs } = await memorySite(site);
  await built(fs);
  const first = (await text(fs, 'generations.json')) ?? '';
  await put(fs, { 'nodes/lb-b.yaml': 'extends: [../roles/lb.yaml]\nvars: { port: 8082 }\n' });
  await built(fs);
  await fs.remove('/generations.json');
  t.equal((await built(fs)).built[0]?.generation, 3);
  await put(fs, { 'generations.json': first });
  t.equal((await built(fs)).built[0]?.generation, 4);
  await fs.remove('/generations.json');
  await put(fs, { 'generations.json': { link: 'elsewhere.json' } });
  await t.rejects(buildIn(fs), { code: 'KSN-BUILD-019' });
});

t.test('somebody else built meanwhile', async (t) => {
  const { fs } = await memorySite(site);
  const { outputs = [] } = await buildIn(fs);
  await put(fs, { 'generations.json': '{}' });
  await t.rejects(writeOutputs(outputs, fs), { code: 'KSN-BUILD-020' });
  t.equal(await text(fs, 'build/lb-a.json'), null, 'and nothing of this one is written');
});

t.test('the state of a large site can be read again, or is not written', async (t) => {
  const names = Array.from({ length: 20_000 }, (_, at) => `node-${at}`);
  const nodes = Object.fromEntries(names.map((name) => [name, 'f'.repeat(64)]));
  const bytes = writeStamps({ lb: { generation: 7, digest: 'x', nodes } });
  t.equal(readStamps(bytes)['lb']?.generation, 7);
  const { fs } = await memorySite(site);
  await t.rejects(buildIn(fs, { largest: 100 }), { code: 'KSN-BUILD-024' });
});

t.test('two branches gave out one number: without a digest the next is another', async (t) => {
  const { fs } = await memorySite(site);
  await built(fs);
  const state = JSON.parse((await text(fs, 'generations.json')) ?? '') as { series: { lb: object } };
  Object.assign(state.series.lb, { digest: '' });
  await put(fs, { 'generations.json': JSON.stringify(state) });
  t.strictSame(
    (await built(fs)).built.map(({ generation }) => generation),
    [2, 2],
    'whatever the documents are',
  );
});
