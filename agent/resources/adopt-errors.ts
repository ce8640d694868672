/** Why something that is on a host does not become a resource by `keelson adopt`. */
import { errorsOf, type Catalogue, type ErrorCode, type Reason } from '../base/errors.ts';

export const ADOPT_ERRORS = {
  'KSN-ADOPT-001': {
    fault: 'caller',
    meaning: 'Nothing is at the path that was to be taken over.',
    evidence: '`ls -la` of the path, in the root that was meant.',
    next: 'Check the path, and --root.',
  },
  'KSN-ADOPT-002': {
    fault: 'caller',
    meaning: 'No spec may have the path: it is of the agent itself, no disk, or outside of what local policy allows.',
    evidence: 'The message names the folder; `keelson config show` has policy.paths.',
    next: 'Leave it out with --exclude.',
  },
  'KSN-ADOPT-003': {
    fault: 'caller',
    meaning: 'A device, FIFO or socket cannot be declared by a spec.',
    evidence: '`stat` of the path.',
    next: 'Leave it out with --exclude; what makes it anew (systemd-tmpfiles, the service itself) goes on doing so.',
  },
  'KSN-ADOPT-004': {
    fault: 'environment',
    meaning: 'This user may not look at it.',
    evidence: 'The message says what the kernel refused.',
    next: 'Run it as root, as the agent runs.',
  },
  'KSN-ADOPT-005': {
    fault: 'caller',
    meaning: 'The file is larger than a whole spec may be (1 MiB).',
    evidence: 'Its size, in the message.',
    next: 'Leave it to the image or to a package, and out of the spec with --exclude.',
  },
  'KSN-ADOPT-006': {
    fault: 'caller',
    meaning:
      'It carries extended attributes (an ACL, capabilities, marks of another program) that a spec cannot say and a rewritten file would lose.',
    evidence: '`getfattr -d -m - PATH`, `getfacl PATH`, `getcap PATH`.',
    next: 'Do without the attribute (setfacl -b), or leave the path out with --exclude.',
  },
  'KSN-ADOPT-007': {
    fault: 'caller',
    meaning: 'The file runs with the rights of its owner or group (setuid, setgid).',
    evidence: '`ls -l` of the path.',
    next: 'Leave it to its package. A spec that is really to have it says so by hand, with its mode.',
  },
  'KSN-ADOPT-008': {
    fault: 'caller',
    meaning: 'The file has other names (hard links), which would keep the old content once it is written anew.',
    evidence: '`find / -xdev -samefile PATH`.',
    next: 'Make it a file of its own (cp -p beside it, then mv), or a symbolic link.',
  },
  'KSN-ADOPT-009': {
    fault: 'caller',
    meaning: 'The file holds a private key, a token or passwords, and a spec is a document that people read and keep.',
    evidence: 'Its name, or a line such as -----BEGIN PRIVATE KEY-----.',
    next: 'Leave it out of specs. --with-secrets takes it all the same: treat the spec like the secret itself then.',
  },
  'KSN-ADOPT-010': {
    fault: 'caller',
    meaning:
      'Not everybody may read the file, so its content counts as secret; a spec is a document that people read and keep.',
    evidence: 'The mode of the file, or of a folder above it.',
    next: 'Where there is no secret in it, let everybody read it (chmod o+r), or take it with --with-secrets.',
  },
  'KSN-ADOPT-011': {
    fault: 'caller',
    meaning: 'Another file system is mounted there; what is in it was not looked at.',
    evidence: '`findmnt` of the path.',
    next: 'Name the path itself if what is in it is meant.',
  },
  'KSN-ADOPT-012': {
    fault: 'environment',
    meaning: 'Something was writing there while it was read.',
    evidence: 'Content or type differ between two looks.',
    next: 'Find out what writes there; run it again when that rests.',
    retryable: true,
  },
  'KSN-ADOPT-013': {
    fault: 'caller',
    meaning: 'The name of the file or the target of the link is no UTF-8 text, and a spec is.',
    evidence: '`ls -b` of the folder.',
    next: 'Rename it, or leave it out with --exclude.',
  },
  'KSN-ADOPT-014': {
    fault: 'caller',
    meaning: 'What was named is more than one spec may hold (5,000 resources, 1 MiB).',
    evidence: 'The message says how far it came, and what is largest.',
    next: 'Name less at a time, one series each, or leave out what a package brings with --exclude.',
  },
  'KSN-ADOPT-015': {
    fault: 'caller',
    meaning: 'The manifest is not named like its pod, and with another name kubelet would start the pod anew.',
    evidence: 'The file name, and metadata.name in it.',
    next: 'Rename the file to NAME.yaml when the pod may restart; then take it over.',
  },
} as const satisfies Catalogue;

export type AdoptCode = keyof typeof ADOPT_ERRORS & ErrorCode;

export const adoptError = errorsOf(ADOPT_ERRORS);

/** About one path, as data. */
export function adoptReason(code: AdoptCode, path: string, words: string): Reason {
  return adoptError(code, `${path} ${words}`, { element: path }).toReason();
}
