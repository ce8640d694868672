/** What docs/authoring.md promises of types, fields and options is all there is. */
import { readFileSync } from 'node:fs';
import t from 'tap';
import { VAR_TYPES } from '../../agent/authoring/var-types.ts';
import { declareProgram } from '../../agent/commands/declarations.ts';

const page = readFileSync(new URL('../../docs/authoring.md', import.meta.url), 'utf8');

t.test('every type of a variable', async (t) => {
  for (const type of VAR_TYPES) t.ok(page.includes(`\n| \`${type}\` |`), type);
  for (const field of ['min', 'max', 'pattern', 'values', 'of', 'join', 'default', 'description'])
    t.ok(page.includes(`\`${field}\``), field);
});

t.test('every option of build', async (t) => {
  const build = declareProgram(async () => {}).commands.find((command) => command.name() === 'build');
  const options = (build?.options ?? []).map(({ long }) => long ?? '').filter((long) => long !== '--output');
  t.ok(options.length >= 4);
  for (const option of options) t.ok(page.includes(option), option);
});
