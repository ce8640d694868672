import { readFileSync } from 'node:fs';
import t from 'tap';
import { layerSchema } from '../../agent/authoring/layer-schema.ts';
import { jsonSchema } from '../../agent/desired/json-schema.ts';
import { kinds } from '../../agent/resources/registry.ts';

t.test('the published schemas are those of the program', async (t) => {
  for (const [name, schema] of [
    ['nodespec-v1.json', await jsonSchema(kinds)],
    ['layer-v1.json', await layerSchema(kinds)],
  ] as const) {
    const published: unknown = JSON.parse(readFileSync(new URL(`../../schema/${name}`, import.meta.url), 'utf8'));
    t.strictSame(published, JSON.parse(JSON.stringify(schema)), `${name}: run bin/node packaging/generate-schema.ts`);
  }
});
