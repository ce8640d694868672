/** A file that a person names: whole, and never more than makes sense; a pipe and a wrong path end in a sentence. */
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { KeelsonError } from '../base/errors.ts';
import { cliError } from './errors.ts';

/** A 1 MiB document as base64 in its envelope, with room for signatures. */
export const GIVEN_LIMIT = 2 * 1024 * 1024;

/** @throws KSN-CLI-002 when it is no regular file, cannot be read, or is larger than {@link GIVEN_LIMIT}. */
export async function readGiven(file: string): Promise<Uint8Array> {
  try {
    // Without it the open of a pipe waits for a writer, where no signal reaches.
    await using handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
    if (!(await handle.stat()).isFile()) throw noFile(file);
    const chunks: Uint8Array[] = [];
    let size = 0;
    for (;;) {
      const { bytesRead, buffer } = await handle.read({ buffer: Buffer.alloc(64 * 1024) });
      if (bytesRead === 0) return Buffer.concat(chunks, size);
      size += bytesRead;
      if (size > GIVEN_LIMIT) throw new Error(`it is larger than ${GIVEN_LIMIT} bytes`);
      chunks.push(buffer.subarray(0, bytesRead));
    }
  } catch (error) {
    if (error instanceof KeelsonError) throw error;
    throw cliError('KSN-CLI-002', `cannot read ${file}: ${(error as Error).message}`, { cause: error, element: file });
  }
}

function noFile(file: string): KeelsonError {
  const remedy = 'Name a regular file; what a pipe or a device brings is read as -, standard input.';
  return cliError('KSN-CLI-002', `cannot read ${file}: it is no regular file`, { element: file, remedy });
}
