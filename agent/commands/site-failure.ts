/** What the file system refuses of a site, by the path that the person knows, and what helps against it. */
import { buildError } from '../authoring/errors.ts';
import type { FsError, FsErrorCode } from '../../hostfs/errors.ts';
import { shownPath } from './site-folder.ts';

const remedies: Partial<Readonly<Record<FsErrorCode, string>>> = {
  NO_SPACE: 'Make room on the disk (df -h, quota), and build again.',
  READ_ONLY: 'Build in a copy of the site that can be written to; --check writes nothing.',
  DENIED: 'Build as the user whom the site belongs to, or correct owner and mode; --check writes nothing.',
  NOT_A_DIRECTORY: 'A folder belongs there: move away what stands in its place.',
  LOOP: 'Put a plain folder or file in the place of the link.',
  IS_A_DIRECTORY: 'A file belongs there: move the folder away.',
  NOT_A_FILE: 'A regular file belongs there: move away what stands in its place.',
  TOO_LARGE: 'Move the file away, or bring back its last good version.',
  INVALID_PATH: 'Give it a shorter name.',
};

export function siteFailure(site: string, error: FsError): Error {
  const file = shownPath(site, error.path);
  const remedy = remedies[error.code];
  return buildError('KSN-BUILD-025', error.message.replaceAll(error.path, file).replace(/\.$/u, ''), {
    place: { file },
    element: file,
    cause: error,
    ...(remedy !== undefined && { remedy }),
  });
}
