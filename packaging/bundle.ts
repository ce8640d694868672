/**
 * Bundles the agent into dist/keelson.cjs (or the file that is named), which the unit file runs, and the libraries of
 * the endpoint into keelson-endpoint.cjs beside it, which the first reads when the endpoint is first asked.
 *
 * `import()` stays late: the code is in the file, but a module is evaluated when it is first asked for. Node keeps the
 * compiled code between starts when NODE_COMPILE_CACHE names a folder (the unit file sets it).
 *
 * As CommonJS, because Node holds the text of an ES module three times (3 MB), and because esbuild lifts what an ES
 * module imports from Node to the top of the bundle: node:http, say, out of a module that is loaded late.
 */
import { build, type BuildOptions, type Plugin } from 'esbuild';
import { rmSync, statSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { lateModules } from './late-modules.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const outfile = process.argv[2] ?? `${root}dist/keelson.cjs`;

const besides = `${dirname(outfile)}/keelson-endpoint.cjs`;

const common: BuildOptions = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node26',
  format: 'cjs',
  mainFields: ['module', 'main'],
  minify: true,
  legalComments: 'none',
  logLevel: 'warning',
};

/** Third parties', and the page, which is functions alone: no class of ours is in two files. */
const libraries = 'agent/debug/libraries.ts';

const outside: Plugin = {
  name: 'libraries-of-the-endpoint',
  setup(building) {
    building.onResolve({ filter: /\/libraries\.ts$/ }, ({ path, resolveDir }) =>
      relative(root, resolve(resolveDir, path)) === libraries
        ? { path: './keelson-endpoint.cjs', external: true }
        : undefined,
    );
  },
};

for (const file of [outfile, `${outfile}.map`, besides]) rmSync(file, { force: true });
await build({
  ...common,
  entryPoints: ['agent/main.ts'],
  outfile,
  // `import()` of what stays outside, Node's own modules, by `require`: without Node's loader of ES modules.
  supported: { 'dynamic-import': false },
  // pino's transports write from a thread of their own; the agent has none, and does not load threads for them.
  alias: { 'thread-stream': './packaging/no-threads.ts', worker_threads: './packaging/no-threads.ts' },
  plugins: [lateModules(['yaml']), outside],
  define: { 'import.meta.url': 'keelsonUrl' },
  banner: { js: "'use strict';\nconst keelsonUrl = require('node:url').pathToFileURL(__filename).href;" },
  // Below 1 MiB the text costs 2 MB less at run time. The map beside it is for read-stack.ts, and nobody loads it.
  sourcemap: 'external',
});
await build({
  ...common,
  entryPoints: [libraries],
  outfile: besides,
  // What fastify loads only where its own logger, validation, serialisation or injection is used; the endpoint uses none.
  alias: Object.fromEntries(
    ['@fastify/ajv-compiler', '@fastify/fast-json-stringify-compiler', 'light-my-request', 'pino'].map((name) => [
      name,
      './packaging/not-in-the-bundle.ts',
    ]),
  ),
});
for (const file of [outfile, besides])
  console.log(`${relative('', file)}: ${(statSync(file).size / 1024).toFixed(0)} KiB`);
