import { readFileSync } from 'node:fs';
import t from 'tap';
import { allExplanations } from '../../agent/commands/catalogues.ts';
import { errorsPage } from '../../agent/commands/text/errors-page.ts';

t.test('docs/errors.md lists what the sources list', async (t) => {
  const page = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8');
  const codes = [...page.matchAll(/^### (\S+)$/gmu)].map(([, code]) => code);
  t.strictSame(codes, [...allExplanations().keys()]);
  t.equal(page, `${errorsPage(allExplanations()).join('\n')}\n`, 'run: node packaging/generate-error-docs.ts');
});
