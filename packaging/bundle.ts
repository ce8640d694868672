/**
 * Bundles the agent into dist/keelson.cjs (or the file that is named), the one file that the unit file runs.
 *
 * `import()` stays late: the code is in the file, but a module is evaluated when it is first asked for. Node keeps the
 * compiled code between starts when NODE_COMPILE_CACHE names a folder (the unit file sets it).
 *
 * As CommonJS, because Node holds the text of an ES module three times (3 MB), and because esbuild lifts what an ES
 * module imports from Node to the top of the bundle: node:http, say, out of a module that is loaded late.
 */
import { build } from 'esbuild';
import { rmSync, statSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { lateModules } from './late-modules.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const outfile = process.argv[2] ?? `${root}dist/keelson.cjs`;

for (const file of [outfile, `${outfile}.map`]) rmSync(file, { force: true });
await build({
  absWorkingDir: root,
  entryPoints: ['agent/main.ts'],
  outfile,
  bundle: true,
  platform: 'node',
  target: 'node26',
  format: 'cjs',
  // `import()` of what stays outside, Node's own modules, by `require`: without Node's loader of ES modules.
  supported: { 'dynamic-import': false },
  // pino's transports write from a thread of their own; the agent has none, and does not load threads for them.
  alias: { 'thread-stream': './packaging/no-threads.ts', worker_threads: './packaging/no-threads.ts' },
  plugins: [lateModules(['yaml'])],
  define: { 'import.meta.url': 'keelsonUrl' },
  banner: { js: "'use strict';\nconst keelsonUrl = require('node:url').pathToFileURL(__filename).href;" },
  mainFields: ['module', 'main'],
  // Below 1 MiB the text costs 2 MB less at run time. The map beside it is for read-stack.ts, and nobody loads it.
  minify: true,
  sourcemap: 'external',
  legalComments: 'none',
  logLevel: 'warning',
});
console.log(`${relative('', outfile)}: ${(statSync(outfile).size / 1024).toFixed(0)} KiB`);
