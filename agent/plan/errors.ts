import { errorsOf, type Catalogue } from '../base/errors.ts';

export const PLAN_ERRORS = {
  'KSN-PLAN-001': {
    fault: 'caller',
    meaning: 'Changes need each other in a circle, so none of them can be first.',
    evidence: 'The message shows the circle, address by address.',
    next: 'Take one dependsOn out of the circle; if it comes from two resources exchanging one path, do it in two generations.',
  },
  'KSN-PLAN-002': {
    fault: 'environment',
    meaning: 'The state of a resource could not be read, so nothing is decided about it.',
    evidence: 'The message says what could not be read and why.',
    next: 'Mend what keeps the agent from reading it; the resource is looked at again by itself.',
    retryable: true,
  },
  'KSN-PLAN-003': {
    fault: 'caller',
    meaning: 'The ledger holds a resource of a kind that this release does not know.',
    evidence: 'The address in `keelson status`; it was written by another release of the agent.',
    next: 'Nothing is touched. Install a release that knows the kind, or remove the thing by hand.',
  },
  'KSN-PLAN-005': {
    fault: 'caller',
    meaning: 'A resource differs and local policy forbids taking over what was there before.',
    evidence: 'The path exists and was not made by Keelson; policy.adoption is deny.',
    next: 'Move the existing thing away, or allow adoption in the node configuration.',
  },
  'KSN-PLAN-006': {
    fault: 'caller',
    meaning: 'What a resource needs is itself waiting or held, so it waits too.',
    evidence: 'The message names the needed address.',
    next: 'See why the needed resource waits: `keelson status`.',
    retryable: true,
  },
  'KSN-PLAN-007': {
    fault: 'environment',
    meaning: 'A changed resource did not stay as desired while its gates were held.',
    evidence: 'The address and what differs, in the message.',
    next: 'Find what else writes there; then push a newer generation or `keelson retry`.',
  },
} as const satisfies Catalogue;

export const planError = errorsOf(PLAN_ERRORS);
