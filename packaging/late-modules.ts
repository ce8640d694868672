/**
 * An esbuild plugin: modules of the bundle that are evaluated when something of theirs is first used, though they are
 * imported at the top of a file. For what a start does not need and few places use: a parser, a table.
 */
import type { Plugin } from 'esbuild';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const late = 'late';

/** `packages`: CommonJS packages by name. JSON files are late too: their text is parsed. */
export function lateModules(packages: readonly string[]): Plugin {
  return {
    name: 'late-modules',
    setup(build) {
      const folder = build.initialOptions.absWorkingDir ?? process.cwd();
      const require = createRequire(`${folder}/`);
      const names = new RegExp(`^(?:${packages.join('|')})$`);
      build.onResolve({ filter: names }, ({ path, importer, namespace }) =>
        namespace === late || importer.includes(`/node_modules/${path}/`) ? undefined : { path, namespace: late },
      );
      build.onLoad({ filter: names, namespace: late }, ({ path }) => ({
        contents: getters(Object.keys(require(path) as object), `require(${JSON.stringify(path)})`),
        resolveDir: folder,
      }));
      build.onLoad({ filter: /\.json$/ }, ({ path }) => {
        const text = readFileSync(path, 'utf8');
        return {
          contents: `let data;\n${getters(Object.keys(JSON.parse(text) as object), `(data ??= JSON.parse(${JSON.stringify(text)}))`)}`,
        };
      });
    },
  };
}

/** esbuild reads each export where it is used, so a getter is asked no earlier. */
function getters(names: readonly string[], module: string): string {
  return `const late = () => ${module};
    for (const name of ${JSON.stringify(names)}) {
      Object.defineProperty(exports, name, { enumerable: true, get: () => late()[name] });
    }`;
}
