import { errorsOf, type Catalogue } from '../../base/errors.ts';

export const CA_ERRORS = {
  'KSN-CA-001': {
    fault: 'caller',
    meaning:
      'What is given as an anchor is not one certificate in PEM. Tools that read anchors take the first of several, or none.',
    evidence: 'The anchor in the message; `openssl x509 -in FILE -noout -subject` reads one certificate.',
    next: 'Give each certificate an anchor of its own, from -----BEGIN CERTIFICATE----- to -----END CERTIFICATE-----, and no key.',
  },
  'KSN-CA-002': {
    fault: 'caller',
    meaning: 'The certificate is not that of an authority, so nothing that it is to vouch for would be trusted.',
    evidence: 'It says CA:FALSE, or nothing: `openssl x509 -in FILE -noout -ext basicConstraints`.',
    next: 'Take the certificate of the authority that issued it.',
  },
  'KSN-CA-003': {
    fault: 'caller',
    meaning: 'An anchor is named by a path at which no tool looks for anchors, so that nothing would trust it.',
    evidence: 'The path in the message, and the places that there are: Fedora and its like, Debian and its like, SUSE.',
    next: 'Take the place of the system that the nodes run.',
  },
} as const satisfies Catalogue;

export const caError = errorsOf(CA_ERRORS);
