import { readFileSync } from 'node:fs';
import t from 'tap';
import { jsonSchema } from '../../agent/desired/json-schema.ts';
import { kinds } from '../../agent/resources/registry.ts';

t.test('the published schema is the one that specs are validated with', async (t) => {
  const published: unknown = JSON.parse(
    readFileSync(new URL('../../schema/nodespec-v1.json', import.meta.url), 'utf8'),
  );
  t.strictSame(
    published,
    JSON.parse(JSON.stringify(await jsonSchema(kinds))),
    'run: bin/node packaging/generate-schema.ts',
  );
});
