/** What one path is, with the digest of its content, from one open; and a whole tree of such. */
import { readExtended, readLabel } from './attributes.ts';
import type { AuditEntry, Digester, Entry } from './filesystem.ts';
import { shownOwner, type IdMapping } from './ids.ts';
import { errnoOf, type DirectoryHandle, type FileHandle, type Primitives, type Stat } from './primitives.ts';

const chunkBytes = 64 * 1024;

export interface Auditing {
  readonly primitives: Primitives;
  readonly ids: IdMapping;
  /** Lets other work of the process run; called between files and chunks. */
  readonly breathe: () => Promise<void> | undefined;
}

/** The entry at `name`, as `lstat` shows it; null when absent. */
export function entryAt(auditing: Auditing, at: DirectoryHandle, name: string): Entry | null {
  return untilSettled(() => {
    const stat = auditing.primitives.lstat(at, name);
    if (stat === null) return null;
    const label = readLabel(auditing.primitives, at, name);
    return { ...basics(auditing, at, name, stat), ...(label === undefined ? {} : { label }) };
  });
}

/** Entry, digest and extended attributes of one name; null when absent. */
export async function auditAt(
  auditing: Auditing,
  at: DirectoryHandle,
  name: string,
  path: string,
  digester: () => Digester,
): Promise<AuditEntry | null> {
  const { primitives } = auditing;
  // The type first: opening a device or a FIFO may act.
  if (primitives.lstat(at, name)?.type === 'file') {
    const file = openUnlessChanged(primitives, at, name);
    if (file !== null) {
      try {
        const stat = primitives.fstat(file);
        if (stat.type === 'file') {
          const digest = await digestOf(auditing, file, stat.size, digester());
          return untilSettled(() => ({
            path,
            ...basics(auditing, at, name, stat),
            digest,
            ...readExtended(primitives, at, name),
          }));
        }
      } finally {
        primitives.close(file);
      }
    }
  }
  return untilSettled(() => {
    const stat = primitives.lstat(at, name);
    return stat === null ? null : { path, ...basics(auditing, at, name, stat), ...readExtended(primitives, at, name) };
  });
}

function basics({ primitives, ids }: Auditing, at: DirectoryHandle, name: string, stat: Stat): Entry {
  const { type, mode, size, device, inode, modifiedMs } = stat;
  return {
    type,
    mode,
    ...shownOwner(ids, stat),
    size: type === 'file' ? size : 0,
    ...(type === 'link' ? { target: primitives.readlink(at, name) } : {}),
    device,
    inode,
    modifiedMs,
  };
}

/** Looks again where the thing went or became another between two looks. */
function untilSettled<T>(look: () => T): T | null {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return look();
    } catch (error) {
      const errno = errnoOf(error);
      if (errno === 'ENOENT') return null;
      // readlink of what is no link any more.
      if (errno !== 'EINVAL' || attempt === 3) throw error;
    }
  }
}

/** Null where it is no file any more, or may not be read: then it has no digest. */
function openUnlessChanged(primitives: Primitives, at: DirectoryHandle, name: string): FileHandle | null {
  try {
    return primitives.openFile(at, name, 'read');
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === 'ENOENT' || errno === 'ELOOP' || errno === 'ENXIO' || errno === 'EACCES') return null;
    throw error;
  }
}

/** Of the first `size` bytes: what is appended meanwhile belongs to the next audit. */
async function digestOf(
  { primitives, breathe }: Auditing,
  file: FileHandle,
  size: number,
  digester: Digester,
): Promise<string> {
  const chunk = Buffer.allocUnsafe(Math.min(size, chunkBytes));
  for (let offset = 0; offset < size;) {
    const result = primitives.read(file, chunk.subarray(0, Math.min(chunk.length, size - offset)), offset);
    const count = typeof result === 'number' ? result : await result;
    if (count === 0) break;
    digester.update(chunk.subarray(0, count));
    offset += count;
    await breathe();
  }
  return digester.finish();
}
