/** What can go wrong with the places that specs come from. */
import { errorsOf, type Catalogue } from '../base/errors.ts';

export const SOURCE_ERRORS = {
  'KSN-SRC-001': {
    fault: 'caller',
    meaning:
      'Documents of more than one series in the spec folder are meant for this node; one node follows one series.',
    evidence: 'The message names the series that is followed and the one that is not.',
    next: 'Remove the documents of the series that this node is not to follow.',
  },
  'KSN-SRC-002': {
    fault: 'environment',
    meaning: 'The spec folder, or a document in it, cannot be read.',
    evidence: 'The path and the reason in the message.',
    next: 'Check owner and mode; the folder is read again by itself.',
    retryable: true,
  },
} as const satisfies Catalogue;

export const sourceError = errorsOf(SOURCE_ERRORS);
