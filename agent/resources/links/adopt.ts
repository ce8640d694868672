import type { AuditEntry } from '../../../hostfs/filesystem.ts';
import { adoptReason } from '../adopt-errors.ts';
import type { Adopted } from '../kind.ts';

/** A symbolic link with its target as it is written. */
export async function adoptLink({ type, path, target = '' }: AuditEntry): Promise<Adopted | null> {
  if (type !== 'link') return null;
  if (!target.isWellFormed()) return { refused: adoptReason('KSN-ADOPT-013', path, 'has a target that is no UTF-8') };
  // In a spec `${` begins a reference.
  return { resources: { [path]: { target: target.replaceAll('${', () => '$${') } } };
}
