/** The one place where a failure of the file system becomes one of ours. */
import { FsError, type FsErrorCode } from '../../hostfs/errors.ts';
import { asKeelsonError, type KeelsonError } from '../base/errors.ts';
import { applyError, type APPLY_ERRORS } from './errors.ts';

const codes = {
  ESCAPE: 'KSN-APPLY-036',
  INVALID_PATH: 'KSN-APPLY-042',
  NOT_FOUND: 'KSN-APPLY-037',
  NOT_A_FILE: 'KSN-APPLY-035',
  NOT_A_DIRECTORY: 'KSN-APPLY-035',
  IS_A_DIRECTORY: 'KSN-APPLY-035',
  NOT_EMPTY: 'KSN-APPLY-038',
  TOO_LARGE: 'KSN-APPLY-039',
  NO_SPACE: 'KSN-APPLY-030',
  READ_ONLY: 'KSN-APPLY-031',
  DENIED: 'KSN-APPLY-034',
  IO: 'KSN-APPLY-032',
  TOO_MANY_OPEN: 'KSN-APPLY-033',
  LOOP: 'KSN-APPLY-036',
  UNSAFE_LINK: 'KSN-APPLY-043',
  UNSUPPORTED: 'KSN-APPLY-040',
  CHANGED: 'KSN-APPLY-041',
} as const satisfies Record<FsErrorCode, keyof typeof APPLY_ERRORS>;

/** `element`: the address or the file of ours that it happened to. Errors that have a code already keep it. */
export function fromFs(error: unknown, element?: string): KeelsonError {
  if (!(error instanceof FsError)) return asKeelsonError(error);
  return applyError(codes[error.code], error.message, { element: element ?? error.path, cause: error });
}

/** An error of hostfs; with codes given, of one of them. */
export function isFsError(error: unknown, ...among: readonly FsErrorCode[]): error is FsError {
  return error instanceof FsError && (among.length === 0 || among.includes(error.code));
}
