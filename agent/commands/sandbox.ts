/** The root that `keelson dev` works on: a folder with a configuration that takes the example unsigned. */
import { copyFile, mkdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cliError } from './errors.ts';

export interface Sandbox {
  readonly root: string;
  /** The spec to edit, as this process names it. */
  readonly spec: string;
}

const configuration = `# Written by keelson dev. Unsigned specs are for sandboxes.
trust: { allowUnsigned: [lb] }
`;

/** Makes what is missing; what a person edited stays. */
export async function prepareSandbox(root: string): Promise<Sandbox> {
  const configFolder = join(root, 'etc/keelson/config.d');
  const specFolder = join(root, 'etc/keelson/specs.d');
  const spec = join(specFolder, 'edge-node.yaml');
  try {
    await mkdir(configFolder, { recursive: true });
    await mkdir(specFolder, { recursive: true });
    await unlessThere(() => writeFile(join(configFolder, '10-dev.yaml'), configuration, { flag: 'wx' }));
    await unlessThere(async () => {
      await copyFile(exampleFile(), spec, 1);
      // Nobody is writing it any more: the agent need not wait for that.
      await utimes(spec, 0, 0);
    });
  } catch (error) {
    throw cliError('KSN-CLI-002', `cannot prepare ${root}: ${(error as Error).message}`, {
      cause: error,
      element: root,
    });
  }
  return { root, spec };
}

/** In a checkout; a bundle of production has none. */
function exampleFile(): string {
  return fileURLToPath(new URL('../../examples/edge-node.yaml', import.meta.url));
}

async function unlessThere(make: () => Promise<void>): Promise<void> {
  try {
    await make();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}
