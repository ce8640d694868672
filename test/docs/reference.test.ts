import { readFileSync } from 'node:fs';
import t from 'tap';
import { explainedFields } from '../../agent/commands/explained-fields.ts';
import { kinds } from '../../agent/resources/registry.ts';
import { referencePage } from '../../packaging/reference-page.ts';

t.test('the reference is made of the schemas of today', async (t) => {
  const page = readFileSync(new URL('../../docs/reference.md', import.meta.url), 'utf8');
  t.equal(page, await referencePage(kinds), 'run: bin/node packaging/generate-reference.ts');
});

t.test('every field that explain knows stands in it', async (t) => {
  const page = await referencePage(kinds);
  const missing = (await explainedFields())
    .names()
    .map((name) => name.split('.').at(-1) ?? '')
    .filter(
      (name) =>
        !new RegExp(`^\\| \`(?:\\S+\\.)?${name}\``, 'mu').test(page) &&
        !new RegExp(`^## (?:\\S+\\.)?${name}`, 'mu').test(page),
    );
  t.strictSame([...new Set(missing)], []);
});
