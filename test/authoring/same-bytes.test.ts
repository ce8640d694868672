/** A build is a function of what lies in the site, in whatever order it is written. */
import fc from 'fast-check';
import t from 'tap';
import { parse, stringify } from 'yaml';
import { isMap } from '../../agent/authoring/layer.ts';
import { buildIn, HEAD, memorySite, told, type SiteTree } from './site-maker.ts';
import { site } from './two-node-site.ts';

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
