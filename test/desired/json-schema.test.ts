import t from 'tap';
import { Ajv } from 'ajv';
import { jsonSchema, SCHEMA_ID } from '../../agent/desired/json-schema.ts';
import { documentWith, fakeKinds, validate } from './fake-kinds.ts';
import { parse } from 'yaml';

t.test('the published schema is plain, stable, and agrees with the agent', async (t) => {
  const schema = await jsonSchema(fakeKinds);
  t.equal(schema['$id'], SCHEMA_ID);
  t.strictSame(JSON.parse(JSON.stringify(schema)), schema, 'plain JSON');
  t.strictSame(await jsonSchema(fakeKinds), schema);
  const ajv = new Ajv({ strict: true, allErrors: true, allowUnionTypes: true, keywords: ['x-expected', 'x-key'] });
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

t.test('every property has words for editors', async (t) => {
  const silent: string[] = [];
  const walk = (node: unknown, at: string): void => {
    if (typeof node !== 'object' || node === null) return;
    const { properties = {} } = node as {
      readonly properties?: Readonly<
        Record<string, { readonly description?: string; readonly anyOf?: unknown; readonly const?: unknown }>
      >;
    };
    for (const [key, property] of Object.entries(properties))
      if (property.description === undefined) silent.push(`${at}/${key}`);
    for (const [key, child] of Object.entries(node)) walk(child, `${at}/${key}`);
  };
  walk(await jsonSchema([]), '');
  t.strictSame(
    silent.filter((place) => !/\/(?:signal|exec|boot|timeout)$/.test(place)),
    [],
  );
});
