import type { AuditEntry } from '../../../hostfs/filesystem.ts';
import type { Adopted, AdoptHost } from '../kind.ts';
import { adoptedOwner } from '../path-adopt.ts';

/** Any directory; what is in it is no part of it. */
export async function adoptDirectory(found: AuditEntry, host: AdoptHost): Promise<Adopted | null> {
  if (found.type !== 'directory') return null;
  return { resources: { [found.path]: adoptedOwner(found, 0o755, host) } };
}
