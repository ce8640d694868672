import t from 'tap';
import { Ajv } from 'ajv';
import { jsonSchema, SCHEMA_ID } from '../../agent/desired/json-schema.ts';
import { kinds } from '../../agent/resources/registry.ts';
import { documentWith, fakeKinds, validate } from './fake-kinds.ts';
import { parse } from 'yaml';

t.test('the published schema is plain, stable, and agrees with the agent', async (t) => {
  const schema = await jsonSchema(fakeKinds);
  t.equal(schema['$id'], SCHEMA_ID);
  t.strictSame(JSON.parse(JSON.stringify(schema)), schema, 'plain JSON');
  t.strictSame(await jsonSchema(fakeKinds), schema);
  const ajv = new Ajv({
    strict: true,
    allErrors: true,
    allowUnionTypes: true,
    keywords: ['x-expected', 'x-key', 'x-example-key'],
  });
  const check = ajv.compile(schema);
  const cases = [
    'boxes: { /a: { mode: "0644" } }',
    'boxes: { /a: { mode: 420 } }',
    'boxes: { a: {} }',
    'boxes: { /a: { chek: 1 } }',
    'boxs: {}',
    'boxes: { /a: { gates: [ { tcp: "a:1" } ] } }',
    'boxes: { /a: { gates: [ {} ] } }',
  ];
  for (const spec of cases) {
    const text = documentWith(spec);
    t.equal(check(parse(text)), validate(text).spec !== null, spec);
  }
});

t.test('every property, and every value of a map, has words for editors', async (t) => {
  interface Words {
    readonly description?: string;
    readonly properties?: Readonly<Record<string, Words>>;
    readonly patternProperties?: Readonly<Record<string, Words>>;
    readonly anyOf?: readonly Words[];
    readonly items?: Words;
  }
  const silent: string[] = [];
  const walk = (node: Words, at: string): void => {
    for (const [key, inner] of [
      ...Object.entries(node.properties ?? {}),
      ...Object.entries(node.patternProperties ?? {}),
    ]) {
      if ((inner.description ?? '') === '') silent.push(`${at}/${key}`);
      walk(inner, `${at}/${key}`);
    }
    for (const form of [...(node.anyOf ?? []), ...(node.items === undefined ? [] : [node.items])]) walk(form, at);
  };
  const schema = (await jsonSchema(kinds)) as Words;
  walk(schema, '');
  t.strictSame(silent, []);
  const file = schema.properties?.['spec']?.properties?.['files'];
  const [resource] = Object.values(file?.patternProperties ?? {});
  t.match(
    resource?.properties?.['mode']?.description,
    /secret\. Default: "0644"\.$/u,
    'editors show no default by itself',
  );
});
