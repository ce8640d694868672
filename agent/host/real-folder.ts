/** Where a path leads when the links on the way are followed as the rooted file system follows them. */
import { FsError } from '../../hostfs/errors.ts';
import type { ReadFileSystem } from '../../hostfs/filesystem.ts';
import { baseName, joinPath, parentPath } from '../../hostfs/path.ts';

/** As the kernel (MAXSYMLINKS in include/linux/namei.h). */
const MAX_LINKS = 40;

/**
 * The folder of `path` without a link in it; what is not there yet is taken by its name. A program that is given
 * the physical path of this goes where we go, also in a sandbox, where absolute links mean "from the root".
 */
export async function realFolder(fs: Pick<ReadFileSystem, 'lstat'>, path: string): Promise<string> {
  const queue = parentPath(path).split('/').toReversed();
  let at = '/';
  let links = 0;
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    if (name === '' || name === '.') continue;
    if (name === '..') {
      if (at === '/') throw new FsError('ESCAPE', path, `A link on the way to ${path} leads above the root.`);
      at = parentPath(at);
      continue;
    }
    const next = joinPath(at, name);
    const { target } = (await fs.lstat(next)) ?? {};
    if (target === undefined) {
      at = next;
      continue;
    }
    links += 1;
    if (links > MAX_LINKS) throw new FsError('LOOP', path, `More than ${MAX_LINKS} links on the way to ${path}.`);
    if (target.startsWith('/')) at = '/';
    queue.push(...target.split('/').toReversed());
  }
  // A link that the rooted file system does not follow (UNSAFE_LINK) is not followed for it.
  if (links > 0) await fs.lstat(path);
  return at;
}

/** The physical path, for programs. */
export async function physicalPath(fs: Pick<ReadFileSystem, 'lstat' | 'physical'>, path: string): Promise<string> {
  return fs.physical(joinPath(await realFolder(fs, path), baseName(path)));
}
