/** What the plugin promises: evaluated at first use, once, and the same as without it. */
import t from 'tap';
import { build } from 'esbuild';
import { createRequire } from 'node:module';
import { lateModules } from '../../packaging/late-modules.ts';

const require = createRequire(import.meta.url);

t.test('a package and a JSON file are evaluated when something of theirs is used', async (t) => {
  const folder = t.testdir({
    node_modules: {
      parser: {
        'package.json': '{"main":"index.js"}',
        'index.js': `
      globalThis.evaluated = (globalThis.evaluated ?? 0) + 1;
      class Problem extends Error {}
      module.exports = { Problem, parse: (text) => JSON.parse(text) };`,
      },
    },
    'table.json': JSON.stringify({ rows: [1, 2], __proto: 'kept' }),
    'package.json': '{"type":"module"}',
    'entry.js': `
      import { parse, Problem } from 'parser';
      import table from './table.json';
      export const evaluated = () => globalThis.evaluated;
      export const use = (text) => ({ parsed: parse(text), problem: new Problem('p') instanceof Problem });
      export const rows = () => table.rows;`,
  });
  t.teardown(() => Reflect.deleteProperty(globalThis, 'evaluated'));
  const outfile = `${folder}/out.cjs`;
  await build({
    absWorkingDir: folder,
    entryPoints: ['entry.js'],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    plugins: [lateModules(['parser'])],
  });
  const bundle = require(outfile) as {
    evaluated: () => number | undefined;
    use: (text: string) => unknown;
    rows: () => unknown;
  };
  // The plugin itself asked the package for its names.
  const before = bundle.evaluated();
  t.strictSame(bundle.rows(), [1, 2]);
  t.equal(bundle.evaluated(), before);
  t.strictSame(bundle.use('{"a":1}'), { parsed: { a: 1 }, problem: true });
  bundle.use('[]');
  t.equal(bundle.evaluated(), (before ?? 0) + 1);
});
