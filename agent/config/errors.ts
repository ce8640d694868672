import { errorsOf, KeelsonError, type Catalogue, type Reason } from '../base/errors.ts';

export const CONFIG_ERRORS = {
  'KSN-CFG-001': {
    fault: 'caller',
    meaning: 'The configuration of this node has faults; nothing of it is used.',
    evidence: 'Every fault with its file, line and column, at once.',
    next: 'Correct the files named; a running agent keeps the settings it has.',
  },
  'KSN-CFG-002': {
    fault: 'environment',
    meaning: 'A configuration file cannot be read, or is no plain file of reasonable size.',
    evidence: 'The file, and what the file system said, in the message.',
    next: 'Repair the file; a link to /dev/null (and only that link) masks a file of the same name in an earlier folder.',
  },
  'KSN-CFG-003': {
    fault: 'caller',
    meaning:
      'A configuration file, or a folder on the way to it, could be changed by others than root: it is not trusted.',
    evidence: '`ls -ld` of what the message names; `namei -l` of the file shows every step.',
    next: 'After a look at what lies there: chown it to root, and chmod o-w.',
  },
  'KSN-CFG-004': {
    fault: 'caller',
    meaning: 'A configuration file is not valid YAML or JSON.',
    evidence: 'The line and column in the message.',
    next: 'Correct the text there.',
  },
  'KSN-CFG-005': {
    fault: 'caller',
    meaning: 'There is no setting of this name.',
    evidence: 'The line and column in the message; `keelson config show` lists every setting.',
    next: 'Correct the name or remove it.',
  },
  'KSN-CFG-006': {
    fault: 'caller',
    meaning: 'A setting has a value that it cannot have.',
    evidence: 'The line and column in the message, with what the setting takes.',
    next: 'Write a value of that form; null takes the default.',
  },
  'KSN-CFG-007': {
    fault: 'caller',
    meaning: 'Two settings contradict each other.',
    evidence: 'Both are named in the message; `keelson config show` tells where each comes from.',
    next: 'Change one of the two.',
  },
} as const satisfies Catalogue;

export type ConfigCode = keyof typeof CONFIG_ERRORS;

export const configError = errorsOf(CONFIG_ERRORS);

/** All that is wrong with the configuration, at once. */
export class ConfigError extends KeelsonError {
  readonly findings: readonly Reason[];

  constructor(findings: readonly Reason[]) {
    const [first] = findings;
    const more = findings.length > 1 ? ` (and ${findings.length - 1} more)` : '';
    super('KSN-CFG-001', CONFIG_ERRORS['KSN-CFG-001'], `${first?.message ?? 'the configuration has faults'}${more}`, {
      ...(first?.place !== undefined && { place: first.place }),
    });
    this.findings = findings;
  }
}
