/** A stack of a bundle as the bundler makes it, told in names and places of the source. */
import t from 'tap';
import { build } from 'esbuild';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { SourceMapPayload } from 'node:module';
import { readStack } from '../../packaging/read-stack.ts';

const require = createRequire(import.meta.url);

t.test('places in the bundle become places in the sources', async (t) => {
  const folder = t.testdir({
    'inner.ts': 'export function innerOne(deep: number): never {\n  throw new Error(`deep ${deep}`);\n}\n',
    'entry.ts':
      "import { innerOne } from './inner.ts';\nexport function outerOne() {\n  return innerOne(2) as never;\n}\n",
  });
  const outfile = `${folder}/dist/keelson-commands.cjs`;
  await build({
    absWorkingDir: folder,
    entryPoints: ['entry.ts'],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    minify: true,
    sourcemap: 'external',
  });
  const { outerOne } = require(outfile) as { outerOne: () => never };
  let stack = '';
  try {
    outerOne();
  } catch (error) {
    ({ stack = '' } = error as Error);
  }
  t.notMatch(stack, /innerOne/u, 'the bundle has short names');
  const asked: string[] = [];
  const mapOf = (file: string): SourceMapPayload => {
    asked.push(file);
    return JSON.parse(readFileSync(`${folder}/dist/${file}.map`, 'utf8')) as SourceMapPayload;
  };
  const lines = readStack(stack, mapOf).split('\n');
  t.strictSame(asked, ['keelson-commands.cjs'], 'the map of the file that was named, once');
  t.equal(lines[0], 'Error: deep 2', 'what names no place stays');
  t.match(lines[1], /\(inner\.ts:2:\d+\)/u);
  t.match(lines[2], /\(entry\.ts:3:\d+\)/u);
  t.match(lines[3], /read-stack\.test\.ts|node:/u);
});
