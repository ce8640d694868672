import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { allExplanations } from '../../agent/commands/catalogues.ts';
import { errorPages } from '../../packaging/error-pages.ts';

const docs = fileURLToPath(new URL('../../docs/', import.meta.url));
const pages = errorPages(allExplanations());

t.test('every code has a page, and every page is what the sources say', async (t) => {
  t.strictSame(
    globSync('codes/*', { cwd: docs }).toSorted(),
    [...allExplanations().keys()].map((code) => `codes/${code}.md`).toSorted(),
    'run: bin/node packaging/generate-error-docs.ts',
  );
  const stale = [...pages].filter(([path, text]) => readFileSync(`${docs}${path}`, 'utf8') !== text);
  t.strictSame(
    stale.map(([path]) => path),
    [],
    'run: bin/node packaging/generate-error-docs.ts',
  );
});

t.test('a page says whose fault it is, what shows it, and what to do', async (t) => {
  const explanation = { fault: 'environment', meaning: 'M | m.', evidence: 'E.', next: 'N.', retryable: true } as const;
  const made = errorPages(new Map([['KSN-X-001', explanation]]));
  const page = made.get('codes/KSN-X-001.md') ?? '';
  for (const part of ['# KSN-X-001', 'M | m.', 'E.', 'N.', 'The machine', 'tries again by itself'])
    t.ok(page.includes(part), part);
  t.match(made.get('errors.md'), '| [KSN-X-001](codes/KSN-X-001.md) | M \\| m. | host, again |');
});
