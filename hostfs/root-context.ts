/** What every operation on a root works with, and how it gets to a path. */
import type { Auditing } from './audit.ts';
import type { Directories, Lease } from './directories.ts';
import { FsError } from './errors.ts';
import type { IdMapping } from './ids.ts';
import { toFsError, translated } from './node-error.ts';
import type { OwedSyncs } from './owed-syncs.ts';
import { checkTemporaryName, partsOf } from './path.ts';
import { errnoOf, type Primitives } from './primitives.ts';
import type { Place } from './staging.ts';

export interface RootContext {
  readonly primitives: Primitives;
  readonly ids: IdMapping;
  readonly directories: Directories;
  readonly owed: OwedSyncs;
  readonly auditing: Auditing;
}

/** Something to do with what is at `path`; `absent` where it or its parent is not there. */
export async function looking<T>(
  { directories }: RootContext,
  path: string,
  doing: string,
  absent: T,
  look: (parent: Lease, name: string) => Promise<T>,
): Promise<T> {
  const name = nameOf(path);
  try {
    using parent = directories.parentOf(path);
    return await look(parent, name);
  } catch (error) {
    if (isAbsence(error)) return absent;
    throw toFsError(error, path, doing);
  }
}

/** Something to do with the temporary `name` in the directory of `path`. */
export async function beside(
  { directories }: RootContext,
  path: string,
  name: string,
  doing: string,
  work: (place: Place, parent: Lease) => Promise<void>,
): Promise<void> {
  refuseRoot(path, doing);
  checkTemporaryName(path, name);
  await translated(path, doing, async () => {
    using parent = directories.parentOf(path);
    await work({ at: parent.handle, name, path }, parent);
  });
}

/** ENOENT, or a parent that is no directory. */
export function isAbsence(error: unknown): boolean {
  const errno = errnoOf(error);
  return errno === 'ENOENT' || errno === 'ENOTDIR';
}

/** The last part, "." for the root itself. */
export function nameOf(path: string): string {
  return partsOf(path).at(-1) ?? '.';
}

/** @throws FsError INVALID_PATH where the path is "/". */
export function refuseRoot(path: string, doing: string): void {
  if (partsOf(path).length === 0) throw new FsError('INVALID_PATH', path, `Cannot ${doing} the root itself.`);
}

/** NOT_A_FILE, saying what is there instead. */
export function notAFile(path: string, type: string): FsError {
  return new FsError(
    'NOT_A_FILE',
    path,
    `${path} is ${type === 'other' ? 'neither file, directory nor link' : `a ${type}`}, not a regular file.`,
  );
}
