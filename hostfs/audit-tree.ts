/** Every entry beneath a directory, foreign ones included. */
import { auditAt, type Auditing } from './audit.ts';
import type { AuditEntry, Digester } from './filesystem.ts';
import { joinPath } from './path.ts';
import { errnoOf, type DirectoryHandle } from './primitives.ts';

/**
 * Depth first, sorted by name: each directory before what is in it. Goes down by descriptor, never through a link
 * and never onto another device. The caller keeps `directory` open meanwhile.
 */
export async function* auditBeneath(
  auditing: Auditing,
  directory: DirectoryHandle,
  path: string,
  digester: () => Digester,
  signal: AbortSignal,
): AsyncGenerator<AuditEntry> {
  const { primitives } = auditing;
  const { device } = primitives.fstat(directory);
  yield* beneath(auditing, directory, path, device, digester, signal);
}

async function* beneath(
  auditing: Auditing,
  directory: DirectoryHandle,
  path: string,
  device: number,
  digester: () => Digester,
  signal: AbortSignal,
): AsyncGenerator<AuditEntry> {
  const { primitives } = auditing;
  for (const name of primitives.readdir(directory).toSorted()) {
    await auditing.breathe();
    signal.throwIfAborted();
    const entry = await auditAt(auditing, directory, name, joinPath(path, name), digester);
    if (entry === null) continue;
    yield entry;
    if (entry.type !== 'directory' || entry.device !== device) continue;
    const child = openUnlessChanged(auditing, directory, name);
    if (child === null) continue;
    try {
      if (primitives.fstat(child).device === device)
        yield* beneath(auditing, child, entry.path, device, digester, signal);
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
