/**
 * The root that `keelson dev` works on: a folder with a configuration that takes the example unsigned, or one that
 * somebody has set up. It may lie in a folder of somebody else, whose links must not lead root's hand: all is written
 * through rooted file systems.
 */
import { constants } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FsError } from '../../hostfs/errors.ts';
import type { Attributes, FileSystem } from '../../hostfs/filesystem.ts';
import { cliError } from './errors.ts';
import { openRootFolder } from './open-root.ts';

export interface Sandbox {
  readonly root: string;
  /** The example to edit, as this process names it; null: the root has a configuration of its own, and no example. */
  readonly spec: string | null;
}

const configuration = `# Written by keelson dev. Unsigned specs are for sandboxes.
trust: { allowUnsigned: [lb] }
`;
const configFolder = '/etc/keelson/config.d';
const configName = '10-dev.yaml';
const specFolder = '/etc/keelson/specs.d';
const example = `${specFolder}/edge-node.yaml`;
const folder: Attributes = { mode: 0o755, uid: 0, gid: 0 };
const file: Attributes = { mode: 0o644, uid: 0, gid: 0 };

/** Makes what is missing; what a person edited stays. @throws KSN-CLI-002, with nothing written outside of `root` */
export async function prepareSandbox(root: string): Promise<Sandbox> {
  const spec = join(root, example);
  try {
    await using host = (await openRootFolder('/')).fs;
    await host.ensureDirectory(root, folder);
    await using fs = (await openRootFolder(root)).fs;
    await fs.ensureDirectory(configFolder, folder);
    await fs.ensureDirectory(specFolder, folder);
    const configured = await fs.list(configFolder);
    if (configured.length > 0 && !configured.includes(configName)) return { root, spec: null };
    await unlessThere(fs, `${configFolder}/${configName}`, async () => Buffer.from(configuration));
    if (await unlessThere(fs, example, () => readFile(exampleFile()))) await age(fs, spec);
  } catch (error) {
    throw cliError('KSN-CLI-002', `cannot prepare ${root}: ${(error as Error).message}`, {
      cause: error,
      element: root,
      ...(misleads(error) && { remedy: 'Take a folder that nobody else can put links into, with --root.' }),
    });
  }
  return { root, spec };
}

/** Whether it was made. */
async function unlessThere(fs: FileSystem, path: string, content: () => Promise<Uint8Array>): Promise<boolean> {
  if ((await fs.lstat(path)) !== null) return false;
  await fs.writeDurably(path, await content(), file);
  return true;
}

/** Nobody is writing it any more: the agent need not wait for that. By descriptor, and only the file that was made. */
async function age(fs: FileSystem, spec: string): Promise<void> {
  const made = await fs.lstat(example);
  await using handle = await open(spec, constants.O_RDONLY | constants.O_NOFOLLOW);
  const { dev, ino } = await handle.stat();
  if (made?.device !== dev || made.inode !== ino)
    throw new FsError('CHANGED', example, `${spec} was replaced meanwhile.`);
  await handle.utimes(0, 0);
}

function misleads(error: unknown): boolean {
  return error instanceof FsError && ['UNSAFE_LINK', 'ESCAPE', 'LOOP', 'CHANGED'].includes(error.code);
}

/** In a checkout; a bundle of production has none. */
function exampleFile(): string {
  return fileURLToPath(new URL('../../examples/edge-node.yaml', import.meta.url));
}
