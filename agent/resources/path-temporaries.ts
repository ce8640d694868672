/** The temporaries that a change of a path may leave beside it, and how they are written. */
import { joinPath, parentPath } from '../../hostfs/path.ts';
import { temporaryName, type Change, type ChangeId, type StageHost } from './kind.ts';
import { pathOf } from './path-key.ts';
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
    await host.temporaries.stageLink(path, name, to.target, { uid: to.uid ?? 0, gid: to.gid ?? 0 });
    return;
  }
  const attributes = attributesOf(to, host.accounts, change.address);
  await host.temporaries.stage(path, name, await host.content(to.content), attributes);
}

/** Of this or another change. */
export function isTemporary(name: string): boolean {
  return /^\.keelson-[0-9a-z-]+~$/.test(name);
}

/** A name in the folder of the path. */
export function besidePath(path: string, name: string): string {
  return joinPath(parentPath(path), name);
}
