/** What can be wrong with an Ignition config, why a part of it cannot be held against a host, and why some of it becomes no spec. */
import { errorsOf, type Catalogue, type ErrorCode } from '../base/errors.ts';

export const IGNITION_ERRORS = {
  'KSN-IGN-001': {
    fault: 'caller',
    meaning: 'The config is no JSON that can be read: its syntax, a key that stands twice, its depth or its size.',
    evidence: 'The line and column named with the finding.',
    next: 'Correct it at the place named; a Butane file is made into a config by `butane --strict`.',
  },
  'KSN-IGN-002': {
    fault: 'caller',
    meaning: 'The version of the config is not one that is read (3.0.0 to 3.6.0).',
    evidence: 'ignition.version in the config.',
    next: 'Write a config of a stable version from 3.0.0 to 3.6.0.',
  },
  'KSN-IGN-003': {
    fault: 'caller',
    meaning: 'A key is not known at this place; Ignition itself would pass over it with a warning.',
    evidence: 'The key at the place named.',
    next: 'Correct the key or remove it.',
  },
  'KSN-IGN-004': {
    fault: 'caller',
    meaning: 'A key belongs to a newer version of the specification than the config says that it has.',
    evidence: 'The key at the place named, and ignition.version.',
    next: 'Raise ignition.version to the version that the finding names.',
  },
  'KSN-IGN-005': {
    fault: 'caller',
    meaning: 'A key that is needed at this place is missing.',
    evidence: 'The map at the place named.',
    next: 'Add the key.',
  },
  'KSN-IGN-006': {
    fault: 'caller',
    meaning: 'A value is not of the type, or not of the form, that this place takes.',
    evidence: 'The place named with the finding; the value is not shown, since it may be secret.',
    next: 'Give a value as the finding describes it.',
  },
  'KSN-IGN-007': {
    fault: 'caller',
    meaning: 'Two entries of the config speak of the same thing, or one lies beneath what another makes a link.',
    evidence: 'Both are named.',
    next: 'Leave it to one of the two.',
  },
  'KSN-IGN-008': {
    fault: 'caller',
    meaning: 'The contents that a source gives are broken: its data: URL, its compression, or its verification hash.',
    evidence: 'The source at the place named; sha256sum or sha512sum of what it holds.',
    next: 'Give the source and the hash of the decompressed contents as they are.',
  },
  'KSN-IGN-009': {
    fault: 'caller',
    meaning: 'The contents that a source gives are larger than what is read (64 MiB each, 256 MiB in all).',
    evidence: 'The place named; a few kilobytes of gzip can stand for gigabytes.',
    next: 'Make the contents smaller, or leave them to the image.',
  },
  'KSN-IGN-010': {
    fault: 'environment',
    meaning: 'The contents are somewhere else (a URL of the network), and no request is made for them.',
    evidence: 'The source in the config.',
    next: 'Give it a verification hash: then the host is judged by that. A config that is merged is found by --merge-dir.',
  },
  'KSN-IGN-011': {
    fault: 'environment',
    meaning: 'What is on the disk does not tell whether it is as the config wants it.',
    evidence: 'The message says what is missing for a judgement.',
    next: 'Judge it by hand; `lsblk -f` shows disks and file systems, `cat /proc/cmdline` kernel arguments.',
  },
  'KSN-IGN-012': {
    fault: 'environment',
    meaning: 'The host did not let it be looked at.',
    evidence: 'The message says what the kernel refused.',
    next: 'Run it as root.',
  },
  'KSN-IGN-013': {
    fault: 'environment',
    meaning:
      'The config does not say mode or owner, so what was there before Ignition kept its own; whether it was so is not known.',
    evidence: '`stat` of the path.',
    next: 'Write mode, user and group into the config.',
  },
  'KSN-IGN-014': {
    fault: 'caller',
    meaning: 'Configs are merged or replaced in a circle, or too deep (8 levels).',
    evidence: 'ignition.config.merge and replace of the config at the place named.',
    next: 'Take the reference out that leads back.',
  },
  'KSN-IGN-015': {
    fault: 'caller',
    meaning: 'No kind of this release can keep what the config says there, so no spec has it.',
    evidence: 'The part that the message names; `keelson version --all` lists the kinds.',
    next: 'Leave it to what keeps it now; of a file on this host `keelson adopt PATH` takes over all of it as it is.',
  },
} as const satisfies Catalogue;

export type IgnitionCode = keyof typeof IGNITION_ERRORS & ErrorCode;

export const ignitionError = errorsOf(IGNITION_ERRORS);
