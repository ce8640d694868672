/** Which files configure this node, in the order in which they do. */
import { changeableBy, folderChangeableBy } from '../base/changeable-by.ts';
import type { Reason } from '../base/errors.ts';
import { configError, type ConfigCode } from './errors.ts';
import type { ConfigFiles, Fragment } from './fragment.ts';
import { LARGEST_FILE, readFragment } from './read-fragment.ts';

/** From the image, from whoever runs the node, and until the next boot. */
export const CONFIG_FOLDERS = ['/usr/lib/keelson/config.d', '/etc/keelson/config.d', '/run/keelson/config.d'] as const;

/** Files that read; those that do not are findings. */
export interface Fragments {
  /** Later ones win. */
  readonly fragments: readonly Fragment[];
  readonly findings: readonly Reason[];
}

/**
 * By name over all folders (`10-site.yaml` before `20-rack.json`); of files of one name only that of the last folder
 * counts, and none where that is a link to /dev/null.
 */
export async function readDropIns(files: ConfigFiles, folders: readonly string[] = CONFIG_FOLDERS): Promise<Fragments> {
  const paths = new Map<string, string>();
  const fragments: Fragment[] = [];
  const findings: Reason[] = [];
  for (const folder of folders) {
    try {
      if ((await files.lstat(folder)) === null) continue;
      const open = await folderChangeableBy((path) => files.lstat(path), folder);
      if (open !== null) findings.push(fault('KSN-CFG-003', open.path, open.what));
      for (const name of await files.list(folder)) if (isDropIn(name)) paths.set(name, `${folder}/${name}`);
    } catch (error) {
      findings.push(fault('KSN-CFG-002', folder, `cannot be read: ${wordsOf(error)}`));
    }
  }
  for (const [, path] of [...paths].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const read = await readOne(files, path);
    if (read === null) continue;
    if ('value' in read) fragments.push(read);
    else findings.push(...read);
  }
  return { fragments, findings };
}

/** Bytes that somebody else read, as a fragment or what is wrong with them. */
export async function readText(file: string, bytes: Uint8Array): Promise<Fragment | readonly Reason[]> {
  const read = await readFragment(file, bytes);
  if (!('faults' in read)) return read;
  return read.faults.map(({ message, place }) =>
    configError('KSN-CFG-004', `${file}: ${message}`, { element: file, place }).toReason(),
  );
}

/** Editors leave `.x.swp`, `x~` and `x.rpmnew`: none of these ends so. */
function isDropIn(name: string): boolean {
  return /^[^.].*\.(?:yaml|yml|json)$/.test(name);
}

/** Null: masked, or gone since it was listed. */
async function readOne(files: ConfigFiles, path: string): Promise<Fragment | readonly Reason[] | null> {
  try {
    const entry = await files.lstat(path);
    if (entry === null || (entry.type === 'link' && entry.target === '/dev/null')) return null;
    if (entry.type !== 'file') return [fault('KSN-CFG-002', path, `is a ${entry.type}, not a file`)];
    const open = changeableBy(entry);
    if (open !== null) return [fault('KSN-CFG-003', path, open)];
    if (entry.size > LARGEST_FILE)
      return [fault('KSN-CFG-002', path, `has ${entry.size} bytes, more than ${LARGEST_FILE}`)];
    return await readText(path, await files.read(path, LARGEST_FILE));
  } catch (error) {
    return [fault('KSN-CFG-002', path, `cannot be read: ${wordsOf(error)}`)];
  }
}

function fault(code: ConfigCode, file: string, what: string): Reason {
  return configError(code, `${file} ${what}`, { element: file, place: { file } }).toReason();
}

function wordsOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : 'unexpected failure';
}
