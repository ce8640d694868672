/** What one path is, with the digest of its content, from one open; and a whole tree of such. */
import { readLabel, readXattrs } from './attributes.ts';
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

/** The entry at `name`, as `lstat` shows it; null when absent. `stat` is given where the caller has it already. */
export function entryAt({ primitives, ids }: Auditing, at: DirectoryHandle, name: string, stat: Stat | null = primitives.lstat(at, name)): Entry | null {
  if (stat === null) return null;
  const { type, mode, size, device, inode, modifiedMs } = stat;
  const { uid, gid } = shownOwner(ids, stat);
  const label = readLabel(primitives, at, name);
  return {
    type,
    mode,
    uid,
    gid,
    size: type === 'file' ? size : 0,
    device,
    inode,
    modifiedMs,
    ...(type === 'link' ? { target: primitives.readlink(at, name) } : {}),
    ...(label === undefined ? {} : { label }),
  };
}

/** Entry, digest and extended attributes of one name; null when absent. */
export async function auditAt(auditing: Auditing, at: DirectoryHandle, name: string, path: string, digester: () => Digester): Promise<AuditEntry | null> {
  const { primitives } = auditing;
  // The type first: opening a device or a FIFO may act.
  let stat = primitives.lstat(at, name);
  let digest: string | undefined;
  if (stat?.type === 'file') {
    const file = openUnlessChanged(primitives, at, name);
    if (file !== null) {
      try {
        stat = primitives.fstat(file);
        if (stat.type === 'file') digest = await digestOf(auditing, file, digester());
      } finally {
        primitives.close(file);
      }
    } else {
      stat = primitives.lstat(at, name);
    }
  }
  const entry = entryAt(auditing, at, name, stat);
  if (entry === null) return null;
  const xattrs = readXattrs(primitives, at, name);
  return { path, ...entry, ...(digest === undefined ? {} : { digest }), ...(xattrs === undefined ? {} : { xattrs }) };
}

/** Null where it is no file any more. */
function openUnlessChanged(primitives: Primitives, at: DirectoryHandle, name: string): FileHandle | null {
  try {
    return primitives.openFile(at, name, 'read');
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === 'ENOENT' || errno === 'ELOOP' || errno === 'ENXIO') return null;
    throw error;
  }
}

async function digestOf({ primitives, breathe }: Auditing, file: FileHandle, digester: Digester): Promise<string> {
  const chunk = Buffer.allocUnsafe(chunkBytes);
  for (let offset = 0; ; ) {
    const result = primitives.read(file, chunk, offset);
    const count = typeof result === 'number' ? result : await result;
    if (count === 0) return digester.finish();
    digester.update(chunk.subarray(0, count));
    offset += count;
    await breathe();
  }
}
