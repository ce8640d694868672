/** A file that is there whole or not at all, for its owner alone, and never in the place of another. */
import { link, open, unlink } from 'node:fs/promises';
import { cliError } from '../errors.ts';

/** @throws KSN-CLI-002 */
export async function writeOnce(path: string, bytes: Uint8Array): Promise<void> {
  const partial = `${path}.${process.pid}.partial`;
  try {
    await write(partial, bytes);
    try {
      // A link fails where a rename would replace.
      await link(partial, path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EPERM') throw error;
      // A file system without links, such as that of a memory stick.
      await write(path, bytes);
    } finally {
      await unlink(partial);
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const there = code === 'EEXIST';
    throw cliError('KSN-CLI-002', there ? `${path} is there already` : `${path} cannot be written: ${code}`, {
      element: path,
      cause: error,
      remedy: there ? 'Name another file with -o; nothing is overwritten.' : 'Name a file with -o that you may write.',
    });
  }
}

async function write(path: string, bytes: Uint8Array): Promise<void> {
  await using file = await open(path, 'wx', 0o600);
  await file.writeFile(bytes);
  await file.sync();
}
