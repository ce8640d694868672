/** Failures and findings of the kinds whose items are paths: files, directories, links. */
import { errorsOf, KeelsonError, type Catalogue } from '../base/errors.ts';
import { FsError, type FsErrorCode } from '../../hostfs/errors.ts';
import { ThirdStateError, type Address } from './kind.ts';

export const RESOURCE_ERRORS = {
  'KSN-FILE-001': {
    fault: 'caller',
    meaning: 'The host has no user or group of the name that the spec gives as owner or group.',
    evidence: 'The name is in neither /etc/passwd nor /etc/group of the root.',
    next: 'Create the account in the image (sysusers.d), or write the number instead of the name.',
  },
  'KSN-FILE-002': {
    fault: 'caller',
    meaning: 'The check command refused the new content before it was published; nothing was changed.',
    evidence: "The command's exit code and the end of its output in the message; secret content is blacked out there.",
    next: 'Correct the content, or the check; run the check by hand on the file to see its whole output.',
  },
  'KSN-FILE-003': {
    fault: 'caller',
    meaning: 'The program that the check names could not be started, so the new content was not published.',
    evidence: 'The message names the program and what the kernel said.',
    next: 'Install the program in the image, correct its path in check.exec, or drop the check.',
  },
  'KSN-FILE-005': {
    fault: 'caller',
    meaning: 'What would be overwritten is too large to be kept for an undo.',
    evidence: 'Its size, against 16 MiB for a file.',
    next: 'Move it away by hand, or write `backup: none` at the resource: then this step cannot be undone.',
  },
  'KSN-FILE-006': {
    fault: 'caller',
    meaning:
      'A directory with something in it stands where a file or link should be. Keelson never removes such a directory.',
    evidence: '`ls -la` of the path.',
    next: 'Move the directory away, or choose another path.',
  },
  'KSN-FILE-007': {
    fault: 'caller',
    meaning: 'A device, FIFO or socket stands at the path. It could not be put back, so Keelson does not take it over.',
    evidence: '`stat` of the path.',
    next: 'Remove it by hand if it may go, or choose another path.',
  },
  'KSN-FILE-008': {
    fault: 'environment',
    meaning: 'What is at the path could not be read, so nothing is decided about it.',
    evidence: 'The message says what failed.',
    next: 'Mend what keeps the agent from reading it; the path is looked at again by itself.',
    retryable: true,
  },
  'KSN-FILE-009': {
    fault: 'caller',
    meaning:
      'The resource left the spec, but was edited since Keelson wrote it: it is left as it is and no longer managed.',
    evidence: 'The message says what differs from what Keelson wrote.',
    next: 'Nothing, if the edit is wanted; else remove it by hand.',
  },
  'KSN-FILE-010': {
    fault: 'caller',
    meaning: 'The resource left the spec and was already gone.',
    evidence: 'Nothing is at the path.',
    next: 'Nothing.',
  },
  'KSN-FILE-011': {
    fault: 'caller',
    meaning: 'The resource left the spec and stays as it is, no longer managed.',
    evidence: 'It says `onRemove: keep`, or is already as it was before Keelson.',
    next: 'Nothing.',
  },
  'KSN-FILE-012': {
    fault: 'environment',
    meaning: 'The resource was changed from outside; its spec says to report that, not to repair it.',
    evidence: 'The message says what differs; `drift: report` at the resource.',
    next: 'Put it back by hand, change the spec, or set `drift: repair`.',
  },
  'KSN-FILE-013': {
    fault: 'environment',
    meaning: 'Something that no resource names lies in a directory that the spec calls exclusive.',
    evidence: '`ls -la` of the directory.',
    next: 'Remove it by hand, declare it, or drop `exclusive` from the directory. Keelson never deletes what it did not make.',
  },
  'KSN-FILE-014': {
    fault: 'caller',
    meaning: 'Something that is no directory stands where a directory must be for another resource.',
    evidence: '`stat` of the path.',
    next: 'Remove it by hand if it may go, or choose another path for what should be beneath.',
  },
  'KSN-FILE-015': {
    fault: 'environment',
    meaning: 'The directory that should hold the path is missing, or is a link that leads nowhere.',
    evidence: '`stat` of the directory.',
    next: 'Make the directory or mend the link; the change is tried again.',
    retryable: true,
  },
  'KSN-FILE-016': {
    fault: 'environment',
    meaning: 'The disk, or our quota on it, is full.',
    evidence: '`df` and `df -i` of the path.',
    next: 'Free space on that file system; the change is tried again.',
    retryable: true,
  },
  'KSN-FILE-017': {
    fault: 'environment',
    meaning: 'The host does not let the agent do this to the path: read-only, not permitted, or not supported there.',
    evidence: 'The message names the call that was refused; `findmnt -T` of the path shows the mount.',
    next: 'Choose a path that may be written, or give the agent the right that it lacks.',
  },
  'KSN-FILE-018': {
    fault: 'environment',
    meaning: 'The device failed, or the host ran out of a resource, while the path was read or written.',
    evidence: 'The message; the kernel log for I/O errors.',
    next: 'Mend the device or the shortage; the change is tried again.',
    retryable: true,
  },
  'KSN-FILE-019': {
    fault: 'caller',
    meaning: 'A link on the way to the path leads out of the root, or in a circle.',
    evidence: '`namei -l` of the path.',
    next: 'Mend the link, or give the path that is meant.',
  },
  'KSN-FILE-020': {
    fault: 'caller',
    meaning: 'The key of a file, directory or link is no path that Keelson manages.',
    evidence: 'The key, at the place given.',
    next: "Write an absolute path without '.', '..', empty parts, control characters or a part that begins with '.keelson-'; at most 4095 bytes, 255 a part.",
  },
  'KSN-FILE-021': {
    fault: 'caller',
    meaning: 'The content of a file is not what its field says: broken base64, or text that has no UTF-8 form.',
    evidence: 'The field, at the place given.',
    next: 'Encode the bytes anew: `base64 -w0 FILE`.',
  },
  'KSN-FILE-022': {
    fault: 'environment',
    meaning: 'The path is not as it was just written: something else changed it.',
    evidence: 'The message says what differs.',
    next: 'Find what else writes there; Keelson repairs it after it settles.',
  },
  'KSN-FILE-023': {
    fault: 'caller',
    meaning:
      'The resource left the spec and was to be restored, but what was there before was never kept (`backup: none`).',
    evidence: 'The path still has what Keelson wrote.',
    next: 'Put back by hand what should be there.',
  },
  'KSN-FILE-024': {
    fault: 'environment',
    meaning:
      'A link on the way to the path could have been made by a user other than root, and leads to what is not theirs, or stands where Keelson needs a directory: it is not followed, since they would say where root writes.',
    evidence: '`namei -l` of the path shows every step with its owner.',
    next: 'Find out who made the link, and put back the directory; the change goes on by itself. If the link is meant, give it and the folder it lies in to root, or declare it in the spec.',
  },
} as const satisfies Catalogue;

export const resourceError = errorsOf(RESOURCE_ERRORS);

const codes: Readonly<Record<FsErrorCode, keyof typeof RESOURCE_ERRORS | null>> = {
  ESCAPE: 'KSN-FILE-019',
  LOOP: 'KSN-FILE-019',
  UNSAFE_LINK: 'KSN-FILE-024',
  INVALID_PATH: 'KSN-FILE-020',
  NOT_FOUND: 'KSN-FILE-015',
  NOT_A_DIRECTORY: 'KSN-FILE-015',
  NOT_EMPTY: 'KSN-FILE-006',
  TOO_LARGE: 'KSN-FILE-005',
  NO_SPACE: 'KSN-FILE-016',
  READ_ONLY: 'KSN-FILE-017',
  DENIED: 'KSN-FILE-017',
  UNSUPPORTED: 'KSN-FILE-017',
  IO: 'KSN-FILE-018',
  TOO_MANY_OPEN: 'KSN-FILE-018',
  // Somebody changed the thing between our look and our hand.
  NOT_A_FILE: null,
  IS_A_DIRECTORY: null,
  CHANGED: null,
};

/** A failure of hostfs as what it means for the resource; anything else passes unchanged. */
export function fileFailure(error: unknown, address: Address): unknown {
  if (!(error instanceof FsError)) return error;
  const code = codes[error.code];
  if (code === null) return new ThirdStateError(address);
  return resourceError(code, error.message, { element: address, cause: error });
}

/** Of a state that would have to be put back, of whose bytes nobody has a copy. */
export function notKept(address: Address): KeelsonError {
  return resourceError('KSN-FILE-023', `${address}: what was there before was not kept`, { element: address });
}

/** The same for an observation, where a failure only means that we do not know. */
export function unreadable(error: unknown, address: Address): KeelsonError {
  if (error instanceof KeelsonError) return error;
  if (!(error instanceof FsError)) throw error;
  const known = error.code === 'ESCAPE' || error.code === 'LOOP' || error.code === 'UNSAFE_LINK';
  const code = (known ? codes[error.code] : null) ?? 'KSN-FILE-008';
  return resourceError(code, error.message, { element: address, cause: error });
}
