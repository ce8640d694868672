/** One look at a path of the host, in words that a verdict can be made of. */
import { createHash } from 'node:crypto';
import { FsError } from '../../hostfs/errors.ts';
import type { AuditEntry, Digester, ReadFileSystem } from '../../hostfs/filesystem.ts';
import { unchecked, type Audited } from './audited.ts';
import type { ContentHash } from './contents.ts';
import { IGNITION_LIMITS } from './limits.ts';

export type LookFs = Pick<ReadFileSystem, 'audit' | 'read' | 'list' | 'lstat'>;

/** What `look` finds, or the verdict that nothing could be found out. */
export async function looked<T>(element: string, look: () => Promise<T>): Promise<T | Audited> {
  try {
    return await look();
  } catch (error) {
    if (!(error instanceof FsError)) throw error;
    return unchecked('KSN-IGN-012', element, `it cannot be looked at: ${error.message}`);
  }
}

/** Whether a look ended in a verdict already. */
export function isAudited(value: unknown): value is Audited {
  return typeof value === 'object' && value !== null && 'verdict' in value;
}

/** The entry with the hash of its content. It stays in memory: what is shown of it is whether it is the same. */
export async function entryAt(
  fs: LookFs,
  path: string,
  algorithm: ContentHash['algorithm'] = 'sha256',
): Promise<AuditEntry | null> {
  return await fs.audit(path, () => digester(algorithm), { largest: IGNITION_LIMITS.contentBytes });
}

function digester(algorithm: ContentHash['algorithm']): Digester {
  const hash = createHash(algorithm);
  return { update: (bytes) => void hash.update(bytes), finish: () => hash.digest('hex') };
}

/** Null where there is no such file. */
export async function textAt(fs: LookFs, path: string): Promise<string | null> {
  try {
    return Buffer.from(await fs.read(path, IGNITION_LIMITS.contentBytes)).toString('utf8');
  } catch (error) {
    if (error instanceof FsError && (error.code === 'NOT_FOUND' || error.code === 'NOT_A_DIRECTORY')) return null;
    throw error;
  }
}
