/**
 * Bundles the program. `keelson.cjs` (or the file that is named) chooses one of the files beside it: `keelson-agent.cjs`,
 * the daemon, or `keelson-commands.cjs`, every other command. Both read `keelson-endpoint.cjs` when the endpoint is first
 * asked, the daemon `keelson-dbus.cjs` when it first speaks to systemd, and `keelson-cpu-model.cjs` for facts of a
 * processor that no file names.
 *
 * `import()` stays late: the code is in the file, but a module is evaluated when it is first asked for. Node keeps the
 * compiled code between starts when NODE_COMPILE_CACHE names a folder (the unit file sets it).
 *
 * As CommonJS, because Node holds the text of an ES module three times (3 MB), and because esbuild lifts what an ES
 * module imports from Node to the top of the bundle: node:http, say, out of a module that is loaded late.
 */
import { build, type BuildOptions, type Plugin } from 'esbuild';
import { readFileSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { lateModules } from './late-modules.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const outfile = process.argv[2] ?? `${root}dist/keelson.cjs`;

/** The module that each part begins with, and its file. */
const agent = { entry: 'agent/commands/run-quick.ts', file: `${dirname(outfile)}/keelson-agent.cjs` };
const commands = { entry: 'agent/commands/every-command.ts', file: `${dirname(outfile)}/keelson-commands.cjs` };
/** Third parties', and the page, which is functions alone: no class of ours is in two files. */
const endpoint = { entry: 'agent/debug/libraries.ts', file: `${dirname(outfile)}/keelson-endpoint.cjs` };
/** Loaded on processors that no file names: a library's, with a function of ours around it. */
const cpuModel = { entry: 'agent/host/node-facts/cpu-model.ts', file: `${dirname(outfile)}/keelson-cpu-model.cjs` };
/** Third parties' alone. */
const dbus = { entry: 'agent/host/systemd/libraries.ts', file: `${dirname(outfile)}/keelson-dbus.cjs` };

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

/** Ours: what the daemon and the commands are made of. */
const ours: BuildOptions = {
  ...common,
  // `import()` of what stays outside, Node's own modules, by `require`: without Node's loader of ES modules.
  supported: { 'dynamic-import': false },
  // pino's transports write from a thread of their own; the agent has none, and does not load threads for them.
  alias: { 'thread-stream': './packaging/no-threads.ts', worker_threads: './packaging/no-threads.ts' },
  define: { 'import.meta.url': 'keelsonUrl' },
  banner: { js: "'use strict';\nconst keelsonUrl = require('node:url').pathToFileURL(__filename).href;" },
  // The map beside each is for read-stack.ts, and nobody loads it.
  sourcemap: 'external',
};

function outside(...parts: readonly { readonly entry: string; readonly file: string }[]): Plugin {
  return {
    name: 'parts-beside',
    setup(building) {
      building.onResolve({ filter: /^[.].*[.]ts$/ }, ({ path, resolveDir, kind }) => {
        const module = relative(root, resolve(resolveDir, path));
        const part = kind === 'entry-point' ? undefined : parts.find(({ entry }) => entry === module);
        return part === undefined ? undefined : { path: `./${basename(part.file)}`, external: true };
      });
    },
  };
}

const files = [outfile, agent.file, commands.file, endpoint.file, dbus.file, cpuModel.file];
for (const file of files) for (const made of [file, `${file}.map`]) rmSync(made, { force: true });
await build({ ...ours, entryPoints: ['agent/main.ts'], outfile, plugins: [outside(agent, commands)] });
for (const { entry, file } of [agent, commands]) {
  const plugins = [lateModules(['yaml']), outside(endpoint, dbus, cpuModel)];
  await build({ ...ours, entryPoints: [entry], outfile: file, plugins });
}
await build({
  ...common,
  entryPoints: [endpoint.entry],
  outfile: endpoint.file,
  // What fastify loads only where its own logger, validation, serialisation or injection is used; the endpoint uses none.
  alias: Object.fromEntries(
    ['@fastify/ajv-compiler', '@fastify/fast-json-stringify-compiler', 'light-my-request', 'pino'].map((name) => [
      name,
      './packaging/not-in-the-bundle.ts',
    ]),
  ),
});
await build({ ...common, entryPoints: [cpuModel.entry], outfile: cpuModel.file });
await build({
  ...common,
  entryPoints: [dbus.entry],
  outfile: dbus.file,
  // Other ways to a bus than a socket with a name: the agent takes none of them.
  alias: Object.fromEntries(
    ['event-stream', 'usocket', 'x11'].map((name) => [name, './packaging/not-in-the-bundle.ts']),
  ),
});
// A text with one character beyond ASCII is held with two bytes for each. The bundler escapes them, but in patterns.
const [beyond] = /.{0,40}[^\p{ASCII}]/u.exec(readFileSync(agent.file, 'utf8')) ?? [];
if (beyond !== undefined)
  throw new Error(`write the last character as an escape, or a daemon holds its text twice: ${beyond}`);
for (const file of files) console.log(`${relative('', file)}: ${(statSync(file).size / 1024).toFixed(0)} KiB`);
