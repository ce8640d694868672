/**
 * Is the state folder root's alone? Judged at every start, before anything in it is believed.
 *
 * What others could have changed is refused: a forged journal says what is ours to delete, a forged guard is run as
 * root. What others could only read is closed again and told, as systemd does with `StateDirectoryMode=`; that they
 * may have read it cannot be undone.
 */
import { changeableBy, folderChangeableBy } from '../base/changeable-by.ts';
import type { KeelsonError } from '../base/errors.ts';
import type { FileSystem, ReadFileSystem } from '../../hostfs/filesystem.ts';
import { joinPath } from '../../hostfs/path.ts';
import { applyError } from './errors.ts';
import { fromFs } from './fs-errors.ts';

/** Open to others than root, though not for writing. */
export interface Loose {
  readonly path: string;
  readonly mode: number;
}

type Reader = Pick<ReadFileSystem, 'lstat' | 'list'>;

const others = 0o077;
const writable = 0o022;
/** Specs put things there, for whom they say. */
const forSpecs = 'certs';
/** Opened by nobody but who holds it, or the lock is gone. It has no content. */
const lock = 'lock';

/** @throws KSN-APPLY-023 where somebody else could have changed it. What it answers is for {@link closeLoose}. */
export async function judgeState(fs: Reader, dir: string): Promise<readonly Loose[]> {
  try {
    const above = await folderChangeableBy((path) => fs.lstat(path), dir);
    if (above !== null) throw refused(above.path, above.what);
    const loose: Loose[] = [];
    await judge(fs, dir, loose);
    for (const name of await fs.list(dir)) {
      if (name === forSpecs || name === lock) continue;
      const path = joinPath(dir, name);
      if ((await judge(fs, path, loose)) !== 'directory') continue;
      for (const inner of await fs.list(path)) await judge(fs, joinPath(path, inner), loose);
    }
    return loose;
  } catch (error) {
    throw fromFs(error, dir);
  }
}

/** Under the lock. What was done, for the log. */
export async function closeLoose(fs: FileSystem, loose: readonly Loose[]): Promise<readonly KeelsonError[]> {
  const told: KeelsonError[] = [];
  for (const { path, mode } of loose) {
    try {
      await fs.setAttributes(path, { mode: mode & ~others, uid: 0, gid: 0 });
    } catch (error) {
      throw fromFs(error, path);
    }
    const was = mode.toString(8).padStart(4, '0');
    told.push(
      applyError('KSN-APPLY-024', `${path} could be read by others (${was}); it is closed now.`, { element: path }),
    );
  }
  return told;
}

async function judge(fs: Reader, path: string, loose: Loose[]): Promise<string | null> {
  const entry = await fs.lstat(path);
  if (entry === null) return null;
  const { type, mode } = entry;
  const who = changeableBy(entry) ?? (type !== 'link' && (mode & writable) !== 0 ? 'can be written by a group' : null);
  if (who !== null) throw refused(path, who);
  if ((type === 'file' || type === 'directory') && (mode & others) !== 0) loose.push({ path, mode });
  return type;
}

function refused(path: string, what: string): KeelsonError {
  return applyError('KSN-APPLY-023', `The agent's state cannot be believed: ${path} ${what}.`, { element: path });
}
