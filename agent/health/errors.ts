import { errorsOf, type Catalogue } from '../base/errors.ts';

export const HEALTH_ERRORS = {
  'KSN-GATE-001': {
    fault: 'caller',
    meaning:
      'A file gate does not hold: the file is missing, is there although it must not be, or lacks the text asked for.',
    evidence: 'The path in the message, as it is on this node.',
    next: 'Look at the file; then at what should have written (or removed) it.',
    retryable: true,
  },
  'KSN-GATE-002': {
    fault: 'caller',
    meaning: 'The command of an exec gate ended with another exit code than 0, or was killed.',
    evidence: 'The exit code in the message. Its output is not kept: it may hold a secret.',
    next: 'Run the command by hand on the node; its output says what it misses.',
    retryable: true,
  },
  'KSN-GATE-003': {
    fault: 'caller',
    meaning: 'A TCP gate found nobody who accepts connections.',
    evidence: 'The address and the error code in the message; `ss -ltn` on the node.',
    next: 'Look at the service that should listen there.',
    retryable: true,
  },
  'KSN-GATE-004': {
    fault: 'caller',
    meaning:
      'An HTTP gate got another answer than it asks for: another status, another text, a redirect, or no connection.',
    evidence: 'The URL, and the status or error code, in the message.',
    next: 'Ask the same URL from the node; look at the log of the service that answers.',
    retryable: true,
  },
  'KSN-GATE-005': {
    fault: 'caller',
    meaning: 'A gate was not answered within its timeout.',
    evidence: 'The gate and the timeout in the message.',
    next: 'Find out why the answer takes so long, or give the gate a longer timeout.',
    retryable: true,
  },
  'KSN-GATE-006': {
    fault: 'environment',
    meaning: 'A gate could not be evaluated, so nothing is known: neither healthy nor unhealthy.',
    evidence: 'The message names the gate and what stood in the way.',
    next: 'Remove what stands in the way (rights, a missing program, name resolution), or correct the gate.',
    retryable: true,
  },
  'KSN-GATE-007': {
    fault: 'environment',
    meaning: 'Nothing on this host, or in this release, can judge such a gate; it is left out of the verdict.',
    evidence: 'The name of the gate in the message; `keelson doctor` lists what this host has.',
    next: 'Use a file, exec, tcp or http gate where a verdict is needed.',
  },
  'KSN-GATE-008': {
    fault: 'caller',
    meaning: 'Something was still on its way to health when the deadline of the generation passed.',
    evidence: 'The element named, and what it was last seen doing.',
    next: 'Look at the element named; give `health.deadline` more time if it needs it.',
    retryable: true,
  },
  'KSN-GATE-009': {
    fault: 'caller',
    meaning: 'A unit that must be active is not.',
    evidence: 'The state in the message; `systemctl status UNIT`, `journalctl -u UNIT`.',
    next: 'Read what the journal of the unit says; start it where nothing else does.',
    retryable: true,
  },
} as const satisfies Catalogue;

export const healthError = errorsOf(HEALTH_ERRORS);
