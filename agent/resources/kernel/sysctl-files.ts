/** The files of sysctl.d in the order in which a boot reads them. Never writes. */
import { FsError } from '../../../hostfs/errors.ts';
import type { ReadFileSystem } from '../../../hostfs/filesystem.ts';
import { joinPath, parentPath } from '../../../hostfs/path.ts';
import { parseSysctlD } from './parse-sysctl-d.ts';

/** A name in an earlier folder masks that name in the later ones. */
const folders = ['/etc/sysctl.d', '/run/sysctl.d', '/usr/local/lib/sysctl.d', '/usr/lib/sysctl.d'] as const;

const LARGEST = 1024 * 1024;

/** Who says what of one parameter: the last one wins. */
export interface Saying {
  readonly file: string;
  readonly value: string;
}

/** By path beneath /proc/sys. What wildcards match is left out: a parameter that a file names itself is none of theirs. */
export async function readSysctlFiles(
  fs: Pick<ReadFileSystem, 'list' | 'lstat' | 'read'>,
): Promise<ReadonlyMap<string, readonly Saying[]>> {
  const byName = new Map<string, string>();
  for (const folder of folders)
    for (const name of await namesIn(fs, folder))
      if (name.endsWith('.conf') && !byName.has(name)) byName.set(name, joinPath(folder, name));
  const said = new Map<string, Saying[]>();
  for (const [, file] of [...byName].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const own = new Map<string, string>();
    for (const { path, value } of parseSysctlD(await textOf(fs, file)))
      if (value !== null && !/[*?[]/.test(path)) own.set(path, value);
    for (const [path, value] of own) {
      const list = said.get(path);
      if (list === undefined) said.set(path, [{ file, value }]);
      else list.push({ file, value });
    }
  }
  return said;
}

async function namesIn(fs: Pick<ReadFileSystem, 'list'>, folder: string): Promise<readonly string[]> {
  try {
    return await fs.list(folder);
  } catch (error) {
    if (error instanceof FsError) return [];
    throw error;
  }
}

/** Debian's 99-sysctl.conf is a link to ../sysctl.conf; a link to /dev/null says nothing, which is what it is for. */
async function textOf(fs: Pick<ReadFileSystem, 'lstat' | 'read'>, file: string): Promise<string> {
  try {
    const entry = await fs.lstat(file);
    const { target } = entry ?? {};
    const at = target === undefined ? file : joined(parentPath(file), target);
    return Buffer.from(await fs.read(at, LARGEST)).toString('utf8');
  } catch (error) {
    if (error instanceof FsError) return '';
    throw error;
  }
}

function joined(folder: string, target: string): string {
  const parts = target.startsWith('/') ? [] : folder.split('/');
  for (const part of target.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.') parts.push(part);
  }
  return `/${parts.filter((part) => part !== '').join('/')}`;
}
