/** From errno to FsError: the one table. */
import { FsError, type FsErrorCode } from './errors.ts';
import { errnoOf } from './primitives.ts';

const codes: Readonly<Record<string, FsErrorCode>> = {
  ENOENT: 'NOT_FOUND',
  ENOTDIR: 'NOT_A_DIRECTORY',
  EISDIR: 'IS_A_DIRECTORY',
  ENOTEMPTY: 'NOT_EMPTY',
  EEXIST: 'CHANGED',
  ESTALE: 'CHANGED',
  EFBIG: 'TOO_LARGE',
  ENOSPC: 'NO_SPACE',
  EDQUOT: 'NO_SPACE',
  EROFS: 'READ_ONLY',
  EACCES: 'DENIED',
  EPERM: 'DENIED',
  EIO: 'IO',
  EMFILE: 'TOO_MANY_OPEN',
  ENFILE: 'TOO_MANY_OPEN',
  ELOOP: 'LOOP',
  ENAMETOOLONG: 'INVALID_PATH',
  EOPNOTSUPP: 'UNSUPPORTED',
  ENOTSUP: 'UNSUPPORTED',
};

const says: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or directory',
  ENOTDIR: 'a part of the path is not a directory',
  EISDIR: 'a directory is there',
  ENOTEMPTY: 'the directory is not empty',
  EEXIST: 'something is there already',
  ESTALE: 'it changed at the same time',
  EFBIG: 'too large for the file system',
  ENOSPC: 'no space left on the device',
  EDQUOT: 'the disk quota is used up',
  EROFS: 'the file system is read-only',
  EACCES: 'permission denied',
  EPERM: 'not permitted to this process',
  EIO: 'the device failed (I/O error)',
  EMFILE: 'this process has too many files open',
  ENFILE: 'the host has too many files open',
  ELOOP: 'too many links, or a link where none may be',
  ENAMETOOLONG: 'the name is too long',
  EOPNOTSUPP: 'not supported by the file system',
};

/**
 * What a failed operation on `path` is reported as. `doing` reads in "Cannot … /etc/x". FsErrors, and errors
 * that are no failed system call (a simulated crash, a bug), pass unchanged.
 */
export function toFsError(error: unknown, path: string, doing: string): unknown {
  if (error instanceof FsError) return error;
  const errno = errnoOf(error);
  if (errno === undefined) return error;
  return new FsError(
    codes[errno] ?? 'IO',
    path,
    `Cannot ${doing} ${path}: ${says[errno] ?? 'unexpected failure'} (${errno}).`,
    error,
  );
}

/** Runs one operation on a path, its failures translated. */
export async function translated<T>(path: string, doing: string, operation: () => Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (error) {
    throw toFsError(error, path, doing);
  }
}
