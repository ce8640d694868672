/**
 * Bundles the agent into dist/keelson.js (or the file that is named), the one file that the unit file runs.
 *
 * `import()` stays late: the code is in the file, but a module is evaluated when it is first asked for. Node keeps the
 * compiled code between starts when NODE_COMPILE_CACHE names a folder (the unit file sets it).
 */
import { build, type Plugin } from 'esbuild';
import { rmSync, statSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const outfile = process.argv[2] ?? `${root}dist/keelson.js`;

/**
 * Node's own modules as they are asked for. esbuild lifts an `import` of one to the top of the bundle, also out of a
 * module that is loaded late, and node:http alone costs more memory than an idle agent may have.
 */
const lateBuiltins: Plugin = {
  name: 'late-builtins',
  setup(bundling) {
    bundling.onResolve({ filter: /^node:/ }, ({ path }) => ({ path, namespace: 'builtin' }));
    bundling.onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule(${JSON.stringify(path)});`,
      loader: 'js',
    }));
  },
};

rmSync(outfile, { force: true });
await build({
  absWorkingDir: root,
  entryPoints: ['agent/main.ts'],
  outfile,
  bundle: true,
  plugins: [lateBuiltins],
  platform: 'node',
  target: 'node26',
  format: 'esm',
  // Packages that are CommonJS ask for Node's own modules by `require`.
  banner: {
    js: "import { createRequire as keelsonRequire } from 'node:module';\nconst require = keelsonRequire(import.meta.url);",
  },
  mainFields: ['module', 'main'],
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
  logLevel: 'warning',
});
console.log(`${relative('', outfile)}: ${(statSync(outfile).size / 1024).toFixed(0)} KiB`);
