/** `keelson init DIR`: a small site that builds as it stands, to begin with. */
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { layerSchema } from '../authoring/layer-schema.ts';
import { kinds } from '../resources/registry.ts';
import { cliError } from './errors.ts';
import type { ExitCode, Invocation } from './invocation.ts';
import { STARTER_SITE } from './starter-site.ts';

/** Only into a folder that is empty or not there. */
export async function init({ terminal }: Invocation, folder: string): Promise<ExitCode> {
  const schema = JSON.stringify(await layerSchema(kinds));
  await makeEmpty(folder);
  for (const [path, text] of [...Object.entries(STARTER_SITE), ['.schema/layer-v1.json', `${schema}\n`] as const])
    await write(join(folder, path), text);
  const word = (path: string): string => asWord(join(folder, path));
  terminal.print([
    ...Object.keys(STARTER_SITE).map((path) => join(folder, path)),
    '',
    'Next:',
    `  keelson build ${asWord(folder)}`,
    `  keelson --root ${word('sandbox')} dev`,
    `  keelson --root ${word('sandbox')} apply ${word('build/web-a.json')}    (in another terminal)`,
    `${join(folder, 'README.md')} goes on from there.`,
  ]);
  return 0;
}

/** As a shell takes it for one word, and no option. */
function asWord(path: string): string {
  const word = path.startsWith('-') ? `./${path}` : path;
  return /^[\w./@%+=:,-]+$/u.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** @throws KSN-CLI-002 */
async function makeEmpty(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    const [first] = await readdir(folder);
    if (first === undefined) return;
  } catch (error) {
    throw failure(folder, (error as Error).message, error);
  }
  throw cliError('KSN-CLI-002', `cannot make a site in ${folder}: it is not empty`, {
    element: folder,
    remedy: 'Name a new folder, or an empty one.',
  });
}

/** Whatever comes there meanwhile stays. */
async function write(path: string, text: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text, { flag: 'wx' });
  } catch (error) {
    throw failure(path, (error as Error).message, error);
  }
}

function failure(path: string, words: string, cause: unknown): Error {
  return cliError('KSN-CLI-002', `cannot write ${path}: ${words}`, { cause, element: path });
}
