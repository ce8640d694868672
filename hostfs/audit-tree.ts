/** Every entry beneath a directory, foreign ones included. */
import { auditAt, type Auditing, type Look } from './audit.ts';
import type { AuditEntry } from './filesystem.ts';
import { joinPath } from './path.ts';
import { errnoOf, type DirectoryHandle } from './primitives.ts';

/** A tree takes its time: it can be ended. */
type TreeLook = Look & { readonly signal: AbortSignal };

/**
 * Depth first, sorted by name: each directory before what is in it. Goes down by descriptor, never through a link
 * and never onto another device. The caller keeps `directory` open meanwhile.
 */
export async function* auditBeneath(
  auditing: Auditing,
  directory: DirectoryHandle,
  path: string,
  look: TreeLook,
): AsyncGenerator<AuditEntry> {
  const { primitives } = auditing;
  const { device } = primitives.fstat(directory);
  yield* beneath(auditing, directory, path, device, look);
}

async function* beneath(
  auditing: Auditing,
  directory: DirectoryHandle,
  path: string,
  device: number,
  look: TreeLook,
): AsyncGenerator<AuditEntry> {
  const { primitives } = auditing;
  for (const name of primitives.readdir(directory).toSorted()) {
    await auditing.breathe();
    look.signal.throwIfAborted();
    const entry = await auditAt(auditing, directory, name, joinPath(path, name), look);
    if (entry === null) continue;
    yield entry;
    if (entry.type !== 'directory' || entry.device !== device) continue;
    const child = openUnlessChanged(auditing, directory, name);
    if (child === null) continue;
    try {
      if (primitives.fstat(child).device === device) yield* beneath(auditing, child, entry.path, device, look);
    } finally {
      primitives.close(child);
    }
  }
}

/** Null where it is no directory any more. */
function openUnlessChanged({ primitives }: Auditing, at: DirectoryHandle, name: string): DirectoryHandle | null {
  try {
    return primitives.openDirectory(at, name);
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === 'ENOENT' || errno === 'ENOTDIR' || errno === 'ELOOP') return null;
    throw error;
  }
}
