/** Layers become documents that a node reads. */
import t from 'tap';
import { MemoryHost } from '../../hostfs/memory-host.ts';
import { buildIn, built, findingsOf, HEAD, memorySite, put, text, told } from './site-maker.ts';
import { site } from './two-node-site.ts';

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
