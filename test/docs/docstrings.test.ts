/**
 * What is exported says what it promises (CONTRIBUTING.md): every exported function and class has a docstring, or is
 * the only one of its file, whose header is about it. The formatter makes declarations begin their line, so a parser
 * of lines is enough.
 */
import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import t from 'tap';

const root = fileURLToPath(new URL('../..', import.meta.url));
const declaration = /^export (?:default )?(?:abstract )?(?:async )?(?:function\*?|class) ?(\w+)/;

/** Names of exported functions and classes that nothing is said of. */
function undocumented(source: string): readonly string[] {
  const lines = source.split('\n');
  const exported = lines.flatMap((line, at) => {
    const name = declaration.exec(line)?.[1];
    return name === undefined ? [] : [{ name, has: lines[at - 1]?.endsWith('*/') === true }];
  });
  if (exported.length === 1 && source.startsWith('/**')) return [];
  return exported.filter(({ has }) => !has).map(({ name }) => name);
}

t.test('the parser of lines', async (t) => {
  const two = ['export async function one(): Promise<void> {', '}', '', '/** Said. */', 'export class Two {', '}'];
  t.strictSame(undocumented(two.join('\n')), ['one']);
  t.strictSame(undocumented(['/** The file. */', '', ...two].join('\n')), ['one'], 'a header of several is about none');
  t.strictSame(undocumented(two.slice(0, 2).join('\n')), ['one']);
  t.strictSame(undocumented(['/** The file. */', '', ...two.slice(0, 2)].join('\n')), []);
  t.strictSame(undocumented('export function* walk(): Iterable<string> {'), ['walk']);
});

t.test('the product', async (t) => {
  const files = globSync(['agent/**/*.ts', 'hostfs/**/*.ts', 'packaging/*.ts'], { cwd: root }).toSorted();
  t.ok(files.length > 300);
  const missing = files.flatMap((file) =>
    undocumented(readFileSync(root + file, 'utf8')).map((name) => `${file}: ${name}`),
  );
  t.strictSame(missing, [], 'each has a docstring');
});
