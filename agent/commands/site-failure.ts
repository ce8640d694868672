/** What the file system refuses of a site, by the path that the person knows, and what helps against it. */
import { buildError } from '../authoring/errors.ts';
import { KeelsonError } from '../base/errors.ts';
import { FsError, type FsErrorCode } from '../../hostfs/errors.ts';
import { seenFromHere, shownPath } from './site-folder.ts';

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

/** What helps against it, where we know more than the code itself says. */
export function siteRemedy(code: FsErrorCode): { readonly remedy?: string } {
  const remedy = remedies[code];
  return remedy === undefined ? {} : { remedy };
}

/** A failure that names a file of the site names it as the person would. */
export async function seenIn<T>(site: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof FsError) throw siteFailure(site, error);
    if (!(error instanceof KeelsonError) || error.place === undefined) throw error;
    const [reason = error.toReason()] = seenFromHere(site, [error.toReason()]);
    const { code, fault, message, remedy = '' } = reason;
    throw new KeelsonError(code, { fault, meaning: message, evidence: '', next: remedy }, message, reason);
  }
}

function siteFailure(site: string, error: FsError): Error {
  const file = shownPath(site, error.path);
  // The path as a word of its own: that of the site itself is '/', which stands in every other.
  const path = new RegExp(`(?<!\\S)${RegExp.escape(error.path)}(?=[:.]?(?:\\s|$))`, 'gu');
  return buildError('KSN-BUILD-025', error.message.replaceAll(path, () => file).replace(/\.$/u, ''), {
    place: { file },
    element: file,
    cause: error,
    ...siteRemedy(error.code),
  });
}
