/** Where an Ignition config, and what it merges, is read from: what a person named, and nothing of the network. */
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FindSource } from '../ignition/load-config.ts';
import { IGNITION_LIMITS } from '../ignition/limits.ts';
import { cliError } from './errors.ts';
import type { Invocation } from './invocation.ts';

/** `-` is standard input. @throws KSN-CLI-002 */
export async function readIgnition(file: string, { terminal, signal }: Invocation): Promise<Uint8Array> {
  if (file === '-') return await terminal.readInput(signal);
  const bytes = await bytesOf(file);
  if (bytes !== null) return bytes;
  throw cliError('KSN-CLI-002', `cannot read ${file}: it is not there`, { element: file });
}

/** `file:` as it says; anything else by its last name in the folder, where one was named. */
export function sourcesIn(folder: string | undefined): FindSource {
  return async (source) => {
    if (source.startsWith('file:')) return await bytesOf(pathOf(source));
    const name = posix.basename(source.replace(/[?#].*$/su, ''));
    return folder === undefined || name === '' || name === '..' ? null : await bytesOf(`${folder}/${name}`);
  };
}

function pathOf(source: string): string {
  try {
    return fileURLToPath(source);
  } catch (error) {
    throw cliError('KSN-CLI-002', `${source} names no file of this machine`, { element: source, cause: error });
  }
}

/** Null where nothing is there. */
async function bytesOf(file: string): Promise<Uint8Array | null> {
  try {
    await using handle = await open(file, 'r');
    if (!(await handle.stat()).isFile()) throw new Error('it is no regular file');
    const chunks: Uint8Array[] = [];
    // One byte more than is taken: the reader of configs says that it is too large.
    for await (const chunk of createReadStream(file, { end: IGNITION_LIMITS.configBytes }))
      chunks.push(chunk as Buffer);
    return Buffer.concat(chunks);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw cliError('KSN-CLI-002', `cannot read ${file}: ${(error as Error).message}`, { cause: error, element: file });
  }
}
