/** A file that a person names for what a command makes. */
import { writeFile } from 'node:fs/promises';
import { cliError } from './errors.ts';

/** What is there stays. With secrets in it nobody else may read it. @throws KSN-CLI-002 */
export async function writeNew(file: string, text: string, secret: boolean): Promise<void> {
  try {
    await writeFile(file, text, { flag: 'wx', mode: secret ? 0o600 : 0o666 });
  } catch (error) {
    const exists = (error as NodeJS.ErrnoException).code === 'EEXIST';
    throw cliError(
      'KSN-CLI-002',
      `cannot write ${file}: ${exists ? 'it is there already' : (error as Error).message}`,
      {
        cause: error,
        element: file,
        ...(exists && { remedy: 'Name another file, or move that one away.' }),
      },
    );
  }
}
