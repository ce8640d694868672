import fc from 'fast-check';
import t from 'tap';
import { isMap } from '../../agent/authoring/layer.ts';
import { REFERENCE } from '../../agent/authoring/references.ts';
import { SAMPLE_FACTS, substituteSection } from '../../agent/desired/substitute.ts';
import { Findings } from '../../agent/desired/findings.ts';
import { buildIn, findingsOf, HEAD, memorySite, type SiteTree } from './site-maker.ts';

const pod = (argument: string): string =>
  `spec:\n  containers:\n    - name: web\n      image: registry.example.net/web:1\n      args: [${JSON.stringify(argument)}]\n`;

/** The text at every place that takes one: a field, a link, a template, a template in the layer, a pod. */
function siteWith(text: string, values: Readonly<Record<string, string>>): SiteTree {
  const spec = {
    files: {
      '/etc/a': { content: { inline: '' }, note: text },
      '/etc/b': { from: 'files/b', template: true },
      '/etc/c': { template: true, content: { inline: text } },
    },
    links: { '/etc/d': { target: `x${text}` } },
    staticPods: { web: { from: 'pods/web.yaml', template: true } },
  };
  const vars = Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, { type: 'string', default: value }]),
  );
  return {
    'nodes/a.yaml': `${HEAD}vars: ${JSON.stringify(vars)}\nspec: ${JSON.stringify(spec)}\n`,
    'files/b': text,
    'pods/web.yaml': pod(text),
  };
}

/** What the author meant. Null: something in it is no reference. */
function meant(text: string, values: Readonly<Record<string, string>>): string | null {
  let isSound = true;
  const result = text.replaceAll(REFERENCE, (as, reference: string | undefined, end: string | undefined) => {
    if (reference === undefined) return '${';
    if (end === '}' && reference === 'facts.hostname') return SAMPLE_FACTS.hostname;
    const value = end === '}' ? values[reference.slice('vars.'.length)] : undefined;
    isSound &&= value !== undefined;
    return value ?? as;
  });
  return isSound ? result : null;
}

type Values = Readonly<Record<string, unknown>>;
const at = (value: unknown, ...way: readonly string[]): unknown =>
  way.reduce<unknown>((from, key) => (from as Values | undefined)?.[key], value);

/** As the node resolves the document. */
function onNode(spec: unknown): readonly unknown[] {
  const findings = new Findings();
  const sections = Object.fromEntries(
    Object.entries(isMap(spec) ? spec : {}).map(([name, section]) => [
      name,
      substituteSection(section as Values, SAMPLE_FACTS, '', findings),
    ]),
  );
  const files = sections['files'];
  return [
    at(files, '/etc/a', 'note'),
    at(files, '/etc/b', 'content', 'inline'),
    at(files, '/etc/c', 'content', 'inline'),
    String(at(sections['links'], '/etc/d', 'target')).slice(1),
    at(sections['staticPods'], 'web', 'pod', 'spec', 'containers', '0', 'args', '0'),
  ];
}

t.test('what comes together of two parts is no reference, and no escape', async (t) => {
  for (const [text, values] of [
    ['${vars.x}{facts.hostname}', { x: 'a$' }],
    ['${vars.x}${vars.y}', { x: 'a$', y: '{facts.hostname}' }],
    ['${vars.x}$${', { x: '$' }],
    ['a $${b} ${vars.x} ${facts.hostname}', { x: '${y}' }],
    ['${facts.hostname}{facts.hostname}${vars.x}', { x: '$' }],
  ] as const) {
    const { fs } = await memorySite(siteWith(text, values));
    const { built, findings } = await buildIn(fs);
    t.strictSame(findings, undefined, text);
    const wanted = meant(text, values);
    t.strictSame(
      onNode(built?.[0]?.document['spec']),
      [wanted, wanted, wanted, wanted, wanted],
      `${text} ${JSON.stringify(values)}`,
    );
  }
});

t.test('a $ directly before a fact cannot be written for the node', async (t) => {
  const found = await findingsOf(siteWith('1 ${vars.x}${vars.y}${facts.hostname}', { x: 'a$', y: '' }));
  t.strictSame([...new Set(found.map(({ code }) => code))], ['KSN-BUILD-023']);
  t.strictSame(
    found.map(({ place }) => place?.file),
    ['files/b', 'nodes/a.yaml', 'nodes/a.yaml', 'nodes/a.yaml', 'pods/web.yaml'],
    'a note, an inline template, a link, and once for each file',
  );
  t.match(found[0]?.place, { line: 1, column: 21 });
});

t.test('the node reads what the author meant', async (t) => {
  const piece = fc.constantFrom('$', '{', '}', 'a', '$${', '${vars.x}', '${vars.y}', '${facts.hostname}');
  const value = fc
    .array(fc.constantFrom('$', '{', '}', 'facts.hostname', 'b'), { maxLength: 4 })
    .map((parts) => parts.join(''))
    .filter((text) => !/\$\{(?:vars|facts)\./u.test(text));
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 6 }), value, value, async (pieces, x, y) => {
      const text = `a${pieces.join('')}`;
      const values = { x, y };
      const wanted = meant(text, values);
      fc.pre(wanted !== null);
      const { fs } = await memorySite(siteWith(text, values));
      const { built, findings = [] } = await buildIn(fs);
      if (built === undefined) {
        t.ok(
          findings.every(({ code }) => code === 'KSN-BUILD-023'),
          JSON.stringify([text, values, findings]),
        );
        t.match(text, /\$\{facts/u);
      } else
        t.strictSame(
          onNode(built[0]?.document['spec']),
          [wanted, wanted, wanted, wanted, wanted],
          JSON.stringify([text, values]),
        );
    }),
    { numRuns: 150 },
  );
});
