/** Whole contents in and out of open files. */
import { FsError } from './errors.ts';
import { ErrnoError, type FileHandle, type Primitives } from './primitives.ts';

const chunkBytes = 1024 * 1024;

/** Writes all of it, however little a single write takes. */
export async function writeAll(
  primitives: Primitives,
  file: FileHandle,
  bytes: Uint8Array,
  offset: number,
): Promise<void> {
  let done = 0;
  while (done < bytes.length) {
    const result = primitives.write(file, bytes.subarray(done, done + chunkBytes), offset + done);
    const written = typeof result === 'number' ? result : await result;
    if (written === 0) throw new ErrnoError('EIO', 'pwrite');
    done += written;
  }
}

/** Up to `length` bytes from `offset`; fewer only at the end of the file. */
export async function readUpTo(
  primitives: Primitives,
  file: FileHandle,
  offset: number,
  length: number,
): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let done = 0;
  while (done < length) {
    const result = primitives.read(file, bytes.subarray(done, Math.min(length, done + chunkBytes)), offset + done);
    const count = typeof result === 'number' ? result : await result;
    if (count === 0) break;
    done += count;
  }
  return bytes.subarray(0, done);
}

/** The whole file, wherever it ends by then. Throws TOO_LARGE beyond `limit` bytes. */
export async function readWhole(
  primitives: Primitives,
  file: FileHandle,
  size: number,
  limit: number,
  path: string,
): Promise<Uint8Array> {
  if (size > limit) throw tooLarge(path, limit);
  const first = await readUpTo(primitives, file, 0, size);
  const parts = [first];
  let total = first.length;
  // Files of /proc say 0, and others grow: read on until the end.
  while (total >= size) {
    const part = await readUpTo(primitives, file, total, 4096);
    if (part.length === 0) break;
    parts.push(part);
    total += part.length;
    if (total > limit) throw tooLarge(path, limit);
  }
  return parts.length === 1 ? first : Buffer.concat(parts);
}

function tooLarge(path: string, limit: number): FsError {
  return new FsError('TOO_LARGE', path, `${path} is larger than the ${limit} bytes that are read of it.`);
}
