/** Everything hostfs can fail with; `errno` stays in `cause`. */
export type FsErrorCode =
  | 'ESCAPE' // a path or link leads above the root
  | 'INVALID_PATH' // not absolute, has NUL, '.', '..' or empty parts, or too long
  | 'NOT_FOUND'
  | 'NOT_A_FILE'
  | 'NOT_A_DIRECTORY'
  | 'IS_A_DIRECTORY'
  | 'NOT_EMPTY'
  | 'TOO_LARGE'
  | 'NO_SPACE' // ENOSPC, EDQUOT
  | 'READ_ONLY' // EROFS
  | 'DENIED' // EACCES, EPERM
  | 'IO' // EIO and what has no better name
  | 'TOO_MANY_OPEN' // EMFILE, ENFILE
  | 'LOOP' // too many links
  | 'UNSAFE_LINK' // a link that somebody but root could have made leads to what is not theirs
  | 'UNSUPPORTED' // label, xattr or owner that this host or sandbox cannot set
  | 'CHANGED'; // the thing changed under us (lost a race)

/**
 * Callers decide by `code`. `path` is as the caller gave it, within the root; the error of the kernel is the `cause`.
 */
export class FsError extends Error {
  override readonly name = 'FsError';
  readonly code: FsErrorCode;
  readonly path: string;
  constructor(code: FsErrorCode, path: string, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.path = path;
  }
}
