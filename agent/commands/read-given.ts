/** A file that a person names: whole, and never more than makes sense; `/dev/zero` and a wrong path end in a sentence. */
import { open } from 'node:fs/promises';
import { cliError } from './errors.ts';

/** A 1 MiB document as base64 in its envelope, with room for signatures. */
export const GIVEN_LIMIT = 2 * 1024 * 1024;

/** @throws KSN-CLI-002 when it cannot be read or is larger than {@link GIVEN_LIMIT}. */
export async function readGiven(file: string): Promise<Uint8Array> {
  try {
    await using handle = await open(file, 'r');
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
    throw cliError('KSN-CLI-002', `cannot read ${file}: ${(error as Error).message}`, { cause: error, element: file });
  }
}
