import type { AuditEntry } from '../../../hostfs/filesystem.ts';
import type { Adopted, AdoptHost } from '../kind.ts';
import { adoptedBytes, adoptedOwner, contentOf } from '../path-adopt.ts';

/** A regular file whose bytes a spec may carry. */
export async function adoptFile(found: AuditEntry, host: AdoptHost): Promise<Adopted | null> {
  if (found.type !== 'file') return null;
  const read = await adoptedBytes(found, host);
  if ('refused' in read) return read;
  return { resources: { [found.path]: { content: contentOf(read.bytes), ...adoptedOwner(found, 0o644, host) } } };
}
