import fc from 'fast-check';
import t from 'tap';
import { parse, stringify } from 'yaml';
import { isMap } from '../../agent/authoring/layer.ts';
import { writeOutputs } from '../../agent/authoring/write-outputs.ts';
import { CrashError, MemoryHost } from '../../hostfs/memory-host.ts';
import { losesAll, losesNothing } from '../../hostfs/memory-crash.ts';
import { openRoot } from '../../hostfs/rooted.ts';
import { readStamps, writeStamps } from '../../agent/authoring/stamps.ts';
import { buildIn, built, findingsOf, HEAD, memorySite, put, text, told, type SiteTree } from './site-maker.ts';

const role = `${HEAD}vars:
  port: { type: integer, min: 1 }
  peers: { type: list, of: ip, default: [10.0.0.1, 10.0.0.2], join: ", " }
  name: { type: string, default: "a \${b}" }
spec:
  gates: [ { tcp: "127.0.0.1:\${vars.port}" } ]
  files:
    /etc/a: { from: files/a, template: true, note: "for \${vars.name} on \${facts.hostname}, $\${x}" }
    /etc/b: { from: files/b }
  staticPods:
    web: { from: pods/web.yaml, template: true }
`;
const site: SiteTree = {
  'roles/lb.yaml': role,
  'nodes/lb-a.yaml': 'extends: [../roles/lb.yaml]\nvars: { port: 8080 }\n',
  'nodes/lb-b.yaml': 'extends: [../roles/lb.yaml]\nvars: { port: 8081 }\n',
  'files/a': 'peers ${vars.peers}; port ${vars.port}; $${literal} ${vars.name}\n',
  'files/b': { file: new Uint8Array([0xff, 0xfe, 0]) },
  'pods/web.yaml':
    'spec:\n  containers:\n    - name: web\n      image: registry.example.net/web:1\n      args: ["$${HOME}", "${vars.name}"]\n      ports: [ { containerPort: "${vars.port}" } ]\n  volumes: [ { name: tmp, emptyDir: {} } ]\n',
};

interface Document {
  readonly metadata: { readonly generation: number; readonly selector: Readonly<Record<string, string>> };
  readonly spec: {
    readonly gates: unknown;
    readonly files: Readonly<Record<string, { readonly content: unknown; readonly note?: string }>>;
    readonly staticPods: Readonly<
      Record<string, { readonly pod: { readonly spec: { readonly containers: readonly unknown[] } } }>
    >;
  };
}

t.test('layers become flat documents', async (t) => {
  const { fs } = await memorySite(site);
  await built(fs);
  const document = JSON.parse((await text(fs, 'build/lb-a.json')) ?? '') as Document;
  t.strictSame(document.metadata, { generation: 1, selector: { node: 'lb-a' }, series: 'lb' });
  t.strictSame(document.spec.gates, [{ tcp: '127.0.0.1:8080' }]);
  const { '/etc/a': a, '/etc/b': b } = document.spec.files;
  t.strictSame(a?.content, { inline: 'peers 10.0.0.1, 10.0.0.2; port 8080; ${literal} a ${b}\n' });
  t.equal(a?.note, 'for a $${b} on ${facts.hostname}, $${x}', 'what is left for the node is escaped for it');
  t.strictSame(b?.content, { base64: '//4A' });
  t.match(document.spec.staticPods['web']?.pod.spec.containers, [
    { args: ['$${HOME}', 'a $${b}'], ports: [{ containerPort: 8080 }] },
  ]);
  const manifest = JSON.parse((await text(fs, 'build/MANIFEST.json')) ?? '') as object;
  t.match(manifest, {
    nodes: {
      'lb-a': {
        series: 'lb',
        generation: 1,
        digest: /^sha256:[0-9a-f]{64}$/u,
        files: ['files/a', 'files/b', 'pods/web.yaml'],
      },
    },
    files: { 'files/b': { bytes: 3, sha256: /^[0-9a-f]{64}$/u } },
  });
});

t.test('what a template leaves to the node is escaped for it', async (t) => {
  const { fs } = await memorySite({
    'nodes/a.yaml': `${HEAD}spec:\n  files:\n    /etc/x: { from: files/x, template: true }\n    /etc/y: { template: true, content: { inline: "$\${z}" } }\n`,
    'files/x': '${facts.hostname} $${x}\n',
  });
  const { built: documents } = await built(fs);
  t.match(documents[0]?.document['spec'], {
    files: {
      '/etc/x': { content: { inline: '${facts.hostname} $${x}\n', facts: true } },
      '/etc/y': { content: { inline: '${z}' } },
    },
  });
});

/** Takes from a list in the order that the numbers say, again and again. */
function mixer(order: readonly number[]): <T>(all: readonly T[]) => T[] {
  let turn = 0;
  return (all) => {
    const rest = [...all];
    const out: typeof rest = [];
    while (rest.length > 0) out.push(...rest.splice((order[(turn += 1) % order.length] ?? 0) % rest.length, 1));
    return out;
  };
}

const asYaml = (value: unknown): string => stringify(value, { aliasDuplicateObjects: false });

/** Every layer with its keys in another order, and what it extends; the files written in another too. */
function shuffledSite(tree: SiteTree, order: readonly number[]): SiteTree {
  const mixed = mixer(order);
  const shuffled = (part: unknown, key = ''): unknown => {
    if (Array.isArray(part)) return (key === 'extends' ? mixed(part) : part).map((one) => shuffled(one));
    if (!isMap(part)) return part;
    return Object.fromEntries(mixed(Object.entries(part)).map(([name, one]) => [name, shuffled(one, name)]));
  };
  const rewritten = Object.entries(tree).map(([path, thing]): [string, SiteTree[string]] => [
    path,
    typeof thing === 'string' && !/^(?:files|pods)[/]/u.test(path) ? asYaml(shuffled(parse(thing))) : thing,
  ]);
  return Object.fromEntries(mixed(rewritten));
}

/** What a build writes; of one that is refused, what it says, without the lines, which are others. */
async function outcome(tree: SiteTree): Promise<Readonly<Record<string, string>> | readonly string[]> {
  const { fs } = await memorySite(tree);
  const { findings, outputs = [] } = await buildIn(fs);
  if (findings !== undefined)
    return findings
      .map(({ place, ...finding }) => told({ ...finding, place: { file: place?.file ?? '' } }).replaceAll(/:\d+/gu, ''))
      .toSorted();
  return Object.fromEntries(outputs.map(({ path, after }) => [path, Buffer.from(after ?? []).toString()]));
}

const anyOrder = fc.array(fc.nat(9), { minLength: 1, maxLength: 7 });

t.test('the same input gives the same bytes, in any order of keys, layers and files', async (t) => {
  const whole: SiteTree = {
    ...site,
    'base.yaml': `${HEAD}vars: { zone: { type: string, default: a }, port: 1, name: other }
spec:
  health: { stableFor: 20s, deadline: 5m }
  links: { /etc/z: { target: "\${vars.zone}", note: base }, /etc/c: { target: b } }
  directories: { /etc/q: { mode: "0750" }, /etc/p: {} }
`,
    'roles/edge.yaml':
      'extends: [../base.yaml]\nspec: { links: { /etc/y: { target: x } }, directories: { /etc/p: null } }\n',
    'nodes/lb-a.yaml':
      'extends: [../roles/lb.yaml, ../roles/edge.yaml]\nvars: { port: 8080, name: lb }\nspec: { links: { /etc/z: { note: own }, /etc/c: null }, health: { deadline: 6m } }\n',
  };
  const expected = await outcome(whole);
  t.match(expected, { 'build/lb-a.json': /"deadline":"6m"/u, 'build/MANIFEST.json': /./u, 'generations.json': /./u });
  await fc.assert(
    fc.asyncProperty(anyOrder, async (order) => {
      t.strictSame(await outcome(shuffledSite(whole, order)), expected);
    }),
    { numRuns: 40 },
  );
});

/** Few names and values, so that layers meet: some agree, some are refused. */
const anyLayer = fc.record(
  {
    vars: fc.dictionary(fc.constantFrom('v', 'w'), fc.constantFrom('1', '2', null, { type: 'string', default: '3' })),
    spec: fc.record(
      {
        health: fc.record(
          { stableFor: fc.constantFrom('1s', '2s'), deadline: fc.constantFrom('5m', '6m') },
          { requiredKeys: [] },
        ),
        links: fc.dictionary(
          fc.constantFrom('/etc/a', '/etc/b', '/etc/c'),
          fc.option(
            fc.record(
              { target: fc.constantFrom('x', 'y', '${vars.v}', '${vars.w}'), note: fc.constantFrom('n', 'm') },
              { requiredKeys: ['target'] },
            ),
            { freq: 12 },
          ),
        ),
      },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: ['spec'], noNullPrototype: true },
);
const anySite = fc.array(fc.record({ layer: anyLayer, extends: fc.array(fc.nat(6), { maxLength: 3 }) }), {
  minLength: 2,
  maxLength: 6,
});

const declaring = { vars: { v: { type: 'string', default: '1' }, w: { type: 'string', default: '2' } } };
const gates = [{ tcp: 'h:${vars.v}' }, { tcp: 'h:${vars.w}' }];

t.test('of any site, too', async (t) => {
  let sound = 0;
  let refused = 0;
  await fc.assert(
    fc.asyncProperty(anySite, anyOrder, async (layers, order) => {
      const last = layers.length - 1;
      const tree = Object.fromEntries(
        layers.map(({ layer, extends: chosen }, at) => {
          const others = new Set([0, ...chosen].filter((other) => other < at));
          return [
            at === last ? 'nodes/a.yaml' : `roles/l${at}.yaml`,
            asYaml({
              ...(at > 0 && { extends: [...others].map((other) => `../roles/l${other}.yaml`) }),
              ...layer,
              ...(at === 0 && declaring),
              ...(at === last && { metadata: { series: 'x' }, spec: { ...layer.spec, gates } }),
            }),
          ];
        }),
      );
      const expected = await outcome(tree);
      if (Array.isArray(expected)) refused += 1;
      else sound += 1;
      t.strictSame(await outcome(shuffledSite(tree, order)), expected);
    }),
    { numRuns: 300 },
  );
  t.ok(sound > 100 && refused > 30, `${sound} sound, ${refused} refused`);
});

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
          const { generation } = (JSON.parse(json) as Document).metadata;
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

t.test('what a node would not read is not built', async (t) => {
  const deep = (levels: number): string => `${'{ a: '.repeat(levels)}{}${' }'.repeat(levels)}`;
  const findings = await findingsOf({
    'nodes/a.yaml': `${HEAD}spec: { staticPods: { web: { from: pods/web.yaml } } }\n`,
    'pods/web.yaml': `metadata: { annotations: ${deep(30)} }\nspec: { containers: [ { name: web, image: "web:1" } ] }\n`,
  });
  t.ok(
    findings.map(told).some((one) => one.startsWith('nodes/a.yaml:1:1 KSN-SPEC-004')),
    findings.map(told).join('; '),
  );
});

t.test('somebody else built meanwhile', async (t) => {
  const { fs } = await memorySite(site);
  const { outputs = [] } = await buildIn(fs);
  await put(fs, { 'generations.json': '{}' });
  await t.rejects(writeOutputs(outputs, fs), { code: 'KSN-BUILD-020' });
  t.equal(await text(fs, 'build/lb-a.json'), null, 'and nothing of this one is written');
});

t.test('nothing leads out of the site', async (t) => {
  const outside = (tree: SiteTree) =>
    findingsOf({
      'nodes/a.yaml': `${HEAD}extends: [../roles/x.yaml]\nspec: { files: { /etc/x: { from: files/x } } }\n`,
      'roles/x.yaml': 'spec: {}\n',
      'files/x': 'x',
      ...tree,
    });
  t.strictSame((await outside({})).map(told), []);
  t.match((await outside({ 'roles/x.yaml': { link: '../../etc/passwd' } })).map(told), [
    'nodes/a.yaml:2:11 KSN-BUILD-003 roles/x.yaml is a symbolic link',
  ]);
  t.match((await outside({ 'files/x': { link: '/etc/passwd' } })).map(told), [
    'nodes/a.yaml:3:28 KSN-BUILD-003 files/x is a symbolic link',
  ]);
  const { 'roles/x.yaml': _, ...rest } = { 'nodes/a.yaml': `${HEAD}extends: [../roles/x.yaml]\n`, 'roles/x.yaml': '' };
  t.match((await findingsOf({ ...rest, roles: { link: '/srv' } })).map(told), [
    'nodes/a.yaml:2:11 KSN-BUILD-003 roles is a symbolic link',
  ]);
  for (const path of ['../x', '/etc/passwd', 'files/../../x'])
    t.match(
      (await findingsOf({ 'nodes/a.yaml': `${HEAD}spec: { files: { /etc/x: { from: ${path} } } }\n` })).map(told),
      [/^nodes\/a.yaml:2:28 KSN-BUILD-003/u],
      path,
    );
});

t.test('a folder without nodes is no site', async (t) => {
  const { fs } = await memorySite({ 'base.yaml': 'spec: {}\n' }, new MemoryHost());
  await t.rejects(buildIn(fs), { code: 'KSN-BUILD-001' });
  await put(fs, { 'nodes/README.md': 'x' });
  await t.rejects(buildIn(fs), { code: 'KSN-BUILD-001' });
});

t.test('names of the language are names of series and variables', async (t) => {
  const { fs } = await memorySite({
    'nodes/constructor.yaml':
      'metadata: { series: constructor }\nvars: { constructor: { type: string, default: x }, valueOf: { type: string } }\nspec: { links: { /etc/x: { target: "${vars.constructor}" } } }\n',
  });
  const { built: documents } = await built(fs);
  t.match(documents, [{ generation: 1, document: { spec: { links: { '/etc/x': { target: 'x' } } } } }]);
});

t.test('the state of a large site can be read again, or is not written', async (t) => {
  const names = Array.from({ length: 20_000 }, (_, at) => `node-${at}`);
  const nodes = Object.fromEntries(names.map((name) => [name, 'f'.repeat(64)]));
  const bytes = writeStamps({ lb: { generation: 7, digest: 'x', nodes } });
  t.equal(readStamps(bytes)['lb']?.generation, 7);
  const { fs } = await memorySite(site);
  await t.rejects(buildIn(fs, { largest: 100 }), { code: 'KSN-BUILD-024' });
});

t.test('a pattern is of the whole text, and never takes for ever', async (t) => {
  const of = (pattern: string, value: string) =>
    findingsOf({
      'nodes/a.yaml': `${HEAD}vars:\n  x: { type: string, pattern: ${JSON.stringify(pattern)}, default: ${JSON.stringify(value)} }\nspec: { files: { /etc/a: { content: { inline: a }, note: "\${vars.x}" } } }\n`,
    });
  t.match((await of('a)|(?:b', 'evil b')).map(told), [/^nodes\/a\.yaml:3:\d+ KSN-BUILD-008 .*no regular expression/u]);
  t.match((await of('(a+)+', `${'a'.repeat(64)}b`)).map(told), [
    /^nodes\/a\.yaml:3:\d+ KSN-BUILD-008 .*takes too long/u,
  ]);
  t.match((await of('a|b', 'ab')).map(told), [/KSN-BUILD-008 .*matches 'a\|b'/u]);
  t.strictSame(await of('a|b\u2028"', 'b\u2028"'), []);
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

t.test('nodes/ as a link leads out of the site', async (t) => {
  const found = await findingsOf({ 'other/a.yaml': `${HEAD}spec: {}\n`, nodes: { link: 'other' } });
  t.strictSame(found.map(told), ['nodes KSN-BUILD-003 nodes is a symbolic link']);
});
