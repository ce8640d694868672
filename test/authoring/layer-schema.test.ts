import { Ajv } from 'ajv';
import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { parse } from 'yaml';
import { layerSchema } from '../../agent/authoring/layer-schema.ts';
import { kinds } from '../../agent/resources/registry.ts';

const site = fileURLToPath(new URL('../../examples/site/', import.meta.url));
const schema = await layerSchema(kinds);
const check = new Ajv({
  strict: true,
  allErrors: true,
  allowUnionTypes: true,
  // A map whose type the editor is not told twice.
  strictTypes: false,
  keywords: ['x-expected', 'x-key', 'x-example-key'],
}).compile(schema);

t.test('the layers of the example are layers', async (t) => {
  const files = globSync(['base.yaml', 'roles/*.yaml', 'nodes/*.yaml'], { cwd: site });
  t.ok(files.length >= 4);
  for (const file of files) {
    check(parse(readFileSync(site + file, 'utf8')));
    t.strictSame(check.errors ?? [], [], file);
  }
});

t.test('what a layer may say, and what not', async (t) => {
  const good = [
    '{}',
    'spec: { files: { /etc/x: null } }',
    'spec: { files: { /etc/x: { from: files/x, template: true, content: null } } }',
    'spec: { health: { deadline: "${vars.long}" }, staticPods: { web: { from: pods/web.yaml, gates: "${vars.gates}" } } }',
    'spec: { gates: [ { tcp: "${vars.vip}:443", timeout: "${vars.t}" } ] }',
    'vars: { a: 1, b: x, c: [1], d: { type: ip }, e: { type: list, of: { type: ip } }, f: null }',
    'extends: [../a.yaml]',
    'metadata: { series: lb, selector: null }',
  ];
  for (const text of good) t.ok(check(parse(text)), `${text} ${JSON.stringify(check.errors)}`);
  const bad = [
    'spec: { fils: {} }',
    'spec: { files: { /etc/x: { form: x } } }',
    'spec: { files: { /etc/x: { mode: 420 } } }',
    'spec: { files: { etc: {} } }',
    'spec: { directories: { /etc/x: { from: x } } }',
    'spec: { gates: [ { timeout: 5s } ] }',
    'vars: { d: { type: ipp } }',
    'vars: { d: { default: 1 } }',
    'vars: { "a-b": 1 }',
    'extends: base.yaml',
    'metadata: { generation: 4 }',
  ];
  for (const text of bad) t.notOk(check(parse(text)), text);
});

t.test('every key has words for editors, also where it may be removed', async (t) => {
  interface Words {
    readonly description?: string;
    readonly properties?: Readonly<Record<string, Words>>;
    readonly patternProperties?: Readonly<Record<string, Words>>;
    readonly anyOf?: readonly Words[];
    readonly items?: Words;
  }
  const silent: string[] = [];
  const walk = (node: Words, at: string): void => {
    const members = { ...node.properties, ...node.patternProperties };
    for (const [key, inner] of Object.entries(members)) {
      if ((inner.description ?? '') === '' && !at.endsWith('/of')) silent.push(`${at}/${key}`);
      walk(inner, `${at}/${key}`);
    }
    for (const form of [...(node.anyOf ?? []), ...(node.items === undefined ? [] : [node.items])]) walk(form, at);
  };
  walk(schema, '');
  t.strictSame(silent, []);
});
