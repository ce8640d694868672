import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import type { Catalogue, Explanation } from '../../agent/base/errors.ts';
import { declareProgram } from '../../agent/commands/declarations.ts';
import { CATALOGUES, allExplanations } from '../../agent/commands/catalogues.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

t.test('every catalogue in the tree is known to explain', async (t) => {
  const files = globSync('{agent,hostfs,selinux,gpu,coordinator}/**/*.ts', { cwd: root }).filter((file) =>
    /^export const [A-Z_]+_ERRORS\b/mu.test(readFileSync(root + file, 'utf8')),
  );
  for (const file of files) {
    const exports = (await import(`${root}${file}`)) as Record<string, unknown>;
    for (const [name, value] of Object.entries(exports)) {
      if (name.endsWith('_ERRORS')) t.ok(CATALOGUES.includes(value as Catalogue), `${name} of ${file} is listed`);
    }
  }
  t.ok(files.length > 5);
});

t.test('codes are unique, well formed, and say what a person needs', async (t) => {
  const codes = CATALOGUES.flatMap((catalogue) => Object.keys(catalogue));
  t.equal(new Set(codes).size, codes.length, 'no code twice');
  for (const [code, explanation] of allExplanations() as ReadonlyMap<string, Explanation>) {
    t.match(code, /^KSN-[A-Z]+-\d{3}$/u);
    for (const part of ['meaning', 'evidence', 'next'] as const) {
      t.match(explanation[part], /^[^\s].*[.:`)\w]$/su, `${code} has its ${part}`);
    }
  }
});

t.test('every command that a catalogue names is there', (t) => {
  const commands = new Set(declareProgram(async () => {}).commands.map((command) => command.name()));
  let quotes = 0;
  for (const [code, { meaning, evidence, next }] of allExplanations()) {
    for (const [quote, name = ''] of [meaning, evidence, next].join(' ').matchAll(/`keelson ([a-z-]+)[^`]*`/gu)) {
      quotes++;
      t.ok(commands.has(name), `${code}: ${quote}`);
    }
  }
  t.ok(quotes > 10);
  t.end();
});

t.test('codes that nothing gives yet say so', (t) => {
  for (const code of ['KSN-POD-007', 'KSN-POD-011'] as const)
    t.match(allExplanations().get(code)?.meaning, /comes? with a later release/u, code);
  t.end();
});
