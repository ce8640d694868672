import { errorsOf, type Catalogue } from '../base/errors.ts';

export const EFFECT_ERRORS = {
  'KSN-EFFECT-001': {
    fault: 'environment',
    meaning: 'A process that should take note of a change could not be sent its signal.',
    evidence: 'The process and what the kernel said, in the message.',
    next: 'Let the agent signal it (capability CAP_KILL, SELinux), or react to the change by a command instead.',
    retryable: true,
  },
  'KSN-EFFECT-002': {
    fault: 'environment',
    meaning: 'A pid file does not hold the number of a process.',
    evidence: 'The file named in the message.',
    next: 'See which program writes the file; give the path of the pid file that the service really keeps.',
    retryable: true,
  },
  'KSN-EFFECT-003': {
    fault: 'caller',
    meaning: 'The program that should react to a change could not be started.',
    evidence: 'The program and what the kernel said, in the message.',
    next: 'Install the program in the image, or correct its path in onChange.',
  },
  'KSN-EFFECT-004': {
    fault: 'caller',
    meaning:
      'The command that should react to a change failed, so what the change is for may not have taken note of it.',
    evidence: 'The exit code in the message. Its output is not kept: it may hold a secret.',
    next: 'Run the command by hand on the node; its output says what it misses.',
    retryable: true,
  },
  'KSN-EFFECT-005': {
    fault: 'caller',
    meaning:
      'A unit that ran was restarted for a change, and does not run any more, though nothing failed: a condition of it may not hold.',
    evidence: '`systemctl status UNIT`, `systemctl show UNIT -p ConditionResult`.',
    next: 'Correct what the change did to the unit: conditions in its files, or what they look at.',
    retryable: true,
  },
} as const satisfies Catalogue;

export const effectError = errorsOf(EFFECT_ERRORS);
