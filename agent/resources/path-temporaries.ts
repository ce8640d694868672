/** The temporaries that a change of a path may leave beside it, how they are written, and how they are swept. */
import type { FileSystem } from '../../hostfs/filesystem.ts';
import { FsError } from '../../hostfs/errors.ts';
import { joinPath, parentPath } from '../../hostfs/path.ts';
import { temporaryName, type Change, type ChangeId, type StageHost } from './kind.ts';
import { ancestors, pathOf } from './path-key.ts';
import { attributesOf } from './path-owner.ts';
import type { FileState, LinkState, PathState } from './path-state.ts';

/**
 * The name that apply stages under where stage could not. A second name, since what lies under the first is
 * trusted whole: an intent is written only after stage ended, while apply may die in the middle.
 */
export function lateName(id: ChangeId): string {
  return temporaryName(`${id}-late`);
}

/** Writes the new file or link as `name` beside `path`, final but for its name. */
export async function writeTemporary(
  change: Change<PathState>,
  to: FileState | LinkState,
  name: string,
  host: StageHost,
  path: string = pathOf(change.address),
): Promise<void> {
  if (to.type === 'link') {
    await host.temporaries.stageLink(path, name, to.target, { uid: 0, gid: 0 });
    return;
  }
  const attributes = attributesOf(to, host.accounts, change.address);
  await host.temporaries.stage(path, name, await host.content(to.content), attributes);
}

/** Of this or another change. */
export function isTemporary(name: string): boolean {
  return changeOf(name) !== undefined;
}

export function besidePath(path: string, name: string): string {
  return joinPath(parentPath(path), name);
}

/**
 * Removes every temporary of ours beside these paths and above them (a check may have staged there), for changes
 * that are no longer open; durable at the next flush. Answers what it removed.
 */
export async function sweepTemporaries(
  paths: readonly string[],
  fs: Pick<FileSystem, 'list' | 'lstat' | 'remove' | 'removeDirectory'>,
  isOpen: (id: ChangeId) => boolean,
): Promise<readonly string[]> {
  const removed: string[] = [];
  for (const directory of new Set(paths.flatMap((path) => ['/', ...ancestors(path)]))) {
    for (const name of await namesIn(directory, fs)) {
      const id = changeOf(name);
      if (id === undefined || isOpen(id)) continue;
      const path = joinPath(directory, name);
      if ((await fs.lstat(path))?.type === 'directory') await fs.removeDirectory(path);
      else await fs.remove(path);
      removed.push(path);
    }
  }
  return removed;
}

/** Of what is no directory there is nothing to sweep. */
async function namesIn(directory: string, fs: Pick<FileSystem, 'list'>): Promise<readonly string[]> {
  try {
    return await fs.list(directory);
  } catch (error) {
    if (error instanceof FsError && (error.code === 'NOT_A_DIRECTORY' || error.code === 'NOT_FOUND')) return [];
    throw error;
  }
}

function changeOf(name: string): ChangeId | undefined {
  return /^\.keelson-([0-9a-z-]+?)(?:-late)?~$/.exec(name)?.[1];
}
