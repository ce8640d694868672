/**
 * The trust roots of the node: one file a key, in folders of which a later one hides an earlier one's file
 * of the same name. An empty file or a link to /dev/null masks. A file that is hidden stays hidden even if
 * what hides it cannot be used: a broken override must not bring an old key back. So do the files of a folder that
 * others than root could change, of which no key counts.
 */
import { changeableBy, folderChangeableBy } from '../base/changeable-by.ts';
import type { Reason } from '../base/errors.ts';
import { FsError } from '../../hostfs/errors.ts';
import type { ReadFileSystem } from '../../hostfs/filesystem.ts';
import { joinPath } from '../../hostfs/path.ts';
import { verifyError } from './errors.ts';
import { matchesAny } from './series-pattern.ts';
import { readTrustFile, type TrustedKey, type TrustFile } from './trust-file.ts';

export const TRUST_FOLDERS = ['/usr/lib/keelson/trust.d', '/etc/keelson/trust.d', '/run/keelson/trust.d'] as const;

/** How many distinct keys must have signed; patterns may ask for more (or fewer) than the rest of the node. */
export interface Thresholds {
  readonly threshold: number;
  /** Series pattern → number. Of several that match, the highest counts. */
  readonly bySeries: Readonly<Record<string, number>>;
}

/** The keys that count, and how many of them must sign. */
export interface Trust extends Thresholds {
  readonly keys: readonly TrustedKey[];
}

const largestFile = 65_536;

/** All usable keys, and everything that keeps others from being used. */
export async function readTrust(
  fs: Pick<ReadFileSystem, 'lstat' | 'read' | 'list'>,
  folders: readonly string[],
  thresholds: Thresholds,
): Promise<{ readonly trust: Trust; readonly findings: readonly Reason[] }> {
  const pathOf = new Map<string, string | null>();
  const keys: TrustedKey[] = [];
  const findings: Reason[] = [];
  for (const folder of folders) {
    const open = await folderChangeableBy((path) => fs.lstat(path), folder);
    if (open !== null) findings.push(...unsafe(open.path, open.what).findings);
    for (const name of await fs.list(folder))
      if (isTrustName(name)) pathOf.set(name, open === null ? joinPath(folder, name) : null);
  }
  for (const [, path] of [...pathOf].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    if (path === null) continue;
    const read = await readOne(fs, path);
    if (read?.key !== undefined) keys.push(read.key);
    findings.push(...(read?.findings ?? []));
  }
  return { trust: { ...thresholds, keys }, findings };
}

/** At least 1, whatever the settings say. */
export function thresholdFor(series: string, { threshold, bySeries }: Thresholds): number {
  const own = Object.entries(bySeries).filter(([pattern]) => matchesAny(series, [pattern]));
  return Math.max(1, ...(own.length === 0 ? [threshold] : own.map(([, number]) => number)));
}

function isTrustName(name: string): boolean {
  return /^[A-Za-z0-9_][A-Za-z0-9_.@-]*\.(?:yaml|yml|json)$/.test(name);
}

/** Null: masked, or gone since it was listed. */
async function readOne(fs: Pick<ReadFileSystem, 'lstat' | 'read'>, path: string): Promise<TrustFile | null> {
  const entry = await fs.lstat(path);
  if (entry === null || (entry.type === 'link' && entry.target === '/dev/null')) return null;
  if (entry.type === 'file' && entry.size === 0) return null;
  if (entry.type !== 'file') return unsafe(path, 'is not a regular file');
  const open = changeableBy(entry);
  if (open !== null) return unsafe(path, open);
  try {
    return readTrustFile(await fs.read(path, largestFile), path);
  } catch (error) {
    if (!(error instanceof FsError)) throw error;
    if (error.code === 'NOT_FOUND') return null;
    return {
      findings: [
        verifyError('KSN-VERIFY-030', `${path} cannot be read: ${error.code}`, {
          element: path,
          place: { file: path },
        }).toReason(),
      ],
    };
  }
}

function unsafe(path: string, what: string): TrustFile & { readonly findings: readonly Reason[] } {
  return {
    findings: [verifyError('KSN-VERIFY-032', `${path} ${what}`, { element: path, place: { file: path } }).toReason()],
  };
}
