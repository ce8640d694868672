/** What one path is, with the digest of its content, from one open; and a whole tree of such. */
import { readExtended, readLabel } from './attributes.ts';
import type { AuditEntry, Digester, Entry } from './filesystem.ts';
import { shownOwner, type IdMapping } from './ids.ts';
import {
  ErrnoError,
  errnoOf,
  type DirectoryHandle,
  type FileHandle,
  type Primitives,
  type Stat,
} from './primitives.ts';

const chunkBytes = 64 * 1024;

/** What looking at entries works with. */
export interface Auditing {
  readonly primitives: Primitives;
  readonly ids: IdMapping;
  /** Lets other work of the process run; called between files and chunks. */
  readonly breathe: () => Promise<void> | undefined;
}

/** How contents are read: by what, up to which size, and until when. */
export interface Look {
  readonly digester: () => Digester;
  readonly largest: number;
  readonly signal: AbortSignal | undefined;
}

/** The entry at `name`, as `lstat` shows it; null when absent. */
export function entryAt(auditing: Auditing, at: DirectoryHandle, name: string): Entry | null {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const stat = auditing.primitives.lstat(at, name);
      if (stat === null) return null;
      const label = readLabel(auditing.primitives, at, name);
      return { ...basics(auditing, at, name, stat), ...(label === undefined ? {} : { label }) };
    } catch (error) {
      if (!looksAgain(error, attempt)) throw error;
    }
  }
}

/** Entry, digest and extended attributes of one name; null when absent. */
export async function auditAt(
  auditing: Auditing,
  at: DirectoryHandle,
  name: string,
  path: string,
  look: Look,
): Promise<AuditEntry | null> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      // The type first: opening a device or a FIFO may act.
      const stat = auditing.primitives.lstat(at, name);
      if (stat === null) return null;
      if (stat.type === 'file') return await auditFile(auditing, at, name, path, stat, look);
      return { path, ...basics(auditing, at, name, stat), ...readExtended(auditing.primitives, at, name) };
    } catch (error) {
      if (!looksAgain(error, attempt)) throw error;
    }
  }
}

async function auditFile(
  auditing: Auditing,
  at: DirectoryHandle,
  name: string,
  path: string,
  seen: Stat,
  look: Look,
): Promise<AuditEntry> {
  const { primitives } = auditing;
  const file = openReadable(primitives, at, name);
  if (file === null)
    return { path, ...basics(auditing, at, name, seen), undigested: 'denied', ...readExtended(primitives, at, name) };
  try {
    const stat = primitives.fstat(file);
    if (stat.type !== 'file') throw new ErrnoError('ESTALE', 'fstat', name);
    const content =
      stat.size > look.largest
        ? ({ undigested: 'too large' } as const)
        : { digest: await digestOf(auditing, file, stat.size, look) };
    return { path, ...basics(auditing, at, name, stat), ...content, ...readExtended(primitives, at, name) };
  } finally {
    primitives.close(file);
  }
}

function basics({ primitives, ids }: Auditing, at: DirectoryHandle, name: string, stat: Stat): Entry {
  const { type, mode, size, device, inode, links, modifiedMs } = stat;
  return {
    type,
    mode,
    ...shownOwner(ids, stat),
    size: type === 'file' ? size : 0,
    ...(type === 'link' ? { target: primitives.readlink(at, name) } : {}),
    device,
    inode,
    links,
    modifiedMs,
  };
}

/** What goes or becomes another thing between two looks: readlink of no link any more, open of a link, and so on. */
const changed: ReadonlySet<string | undefined> = new Set(['ENOENT', 'EINVAL', 'ELOOP', 'ENXIO', 'ESTALE']);

function looksAgain(error: unknown, attempt: number): boolean {
  if (!changed.has(errnoOf(error))) return false;
  if (attempt < 5) return true;
  throw new ErrnoError('ESTALE', 'audit');
}

/** Null where it may not be read. */
function openReadable(primitives: Primitives, at: DirectoryHandle, name: string): FileHandle | null {
  try {
    return primitives.openFile(at, name, 'read');
  } catch (error) {
    if (errnoOf(error) === 'EACCES') return null;
    throw error;
  }
}

/** Of the first `size` bytes: what is appended meanwhile belongs to the next audit. */
async function digestOf(
  { primitives, breathe }: Auditing,
  file: FileHandle,
  size: number,
  look: Look,
): Promise<string> {
  const digester = look.digester();
  const chunk = Buffer.allocUnsafe(Math.min(size, chunkBytes));
  for (let offset = 0; offset < size;) {
    const result = primitives.read(file, chunk.subarray(0, Math.min(chunk.length, size - offset)), offset);
    const count = typeof result === 'number' ? result : await result;
    if (count === 0) break;
    digester.update(chunk.subarray(0, count));
    offset += count;
    await breathe();
    look.signal?.throwIfAborted();
  }
  return digester.finish();
}
