/** Why a spec is not taken, or a trust root not used. One code a distinct cause. */
import { errorsOf, type Catalogue } from '../base/errors.ts';

export const VERIFY_ERRORS = {
  'KSN-VERIFY-001': {
    fault: 'caller',
    meaning: 'The envelope is not a DSSE envelope in JSON.',
    evidence: 'The member named with the finding: payload, payloadType, signatures, keyid or sig.',
    next: 'Sign the spec again with `keelson sign`.',
  },
  'KSN-VERIFY-002': {
    fault: 'caller',
    meaning: 'The envelope carries something else than a NodeSpec.',
    evidence: 'payloadType of the envelope.',
    next: 'Sign a NodeSpec with `keelson sign`; its type is application/vnd.keelson.nodespec.v1+json.',
  },
  'KSN-VERIFY-003': {
    fault: 'caller',
    meaning: 'The envelope, its payload or its list of signatures is larger than a node accepts.',
    evidence: 'The size named with the finding; a payload may have 1 MiB.',
    next: 'Move large content out of the spec, or split it into two series.',
  },
  'KSN-VERIFY-004': {
    fault: 'caller',
    meaning: 'The envelope has no signature.',
    evidence: '`signatures` of the envelope is empty.',
    next: 'Sign it with `keelson sign`.',
  },
  'KSN-VERIFY-005': {
    fault: 'caller',
    meaning: 'No key that this node trusts has signed.',
    evidence: 'The key ids in the message, against the keys in the trust.d folders.',
    next: 'Sign with a trusted key, or bake the key into trust.d of the image.',
  },
  'KSN-VERIFY-006': {
    fault: 'caller',
    meaning: 'A signature names a trusted key and does not fit the payload: it was changed after signing, or forged.',
    evidence: 'The key named with the finding.',
    next: 'Fetch the envelope again; if it is the same, find out who changed it. Then sign again.',
  },
  'KSN-VERIFY-007': {
    fault: 'caller',
    meaning: 'Fewer distinct keys have signed than the series needs.',
    evidence: 'The signers seen and the number needed stand with the finding.',
    next: 'Let more people sign: `keelson sign` adds a signature to an envelope.',
  },
  'KSN-VERIFY-008': {
    fault: 'caller',
    meaning: 'A key has signed that is trusted, but not for this series.',
    evidence: 'The series patterns of the key in trust.d.',
    next: 'Sign with a key of the series.',
  },
  'KSN-VERIFY-009': {
    fault: 'caller',
    meaning: 'The generation is older than one that this node has accepted: a replay.',
    evidence: 'The newest accepted generation stands with the finding.',
    next: 'To go back, sign the old content under a new generation.',
  },
  'KSN-VERIFY-010': {
    fault: 'caller',
    meaning:
      'Two different specs bear the same series and generation. Someone signed twice, or a key is in wrong hands.',
    evidence: 'Both digests stand with the finding.',
    next: 'Find out who signed the other one; then sign under a new generation.',
  },
  'KSN-VERIFY-011': {
    fault: 'caller',
    meaning: 'The spec says that nobody is to accept it any more.',
    evidence: 'notAfter of the spec, and the clock of the node.',
    next: 'Build and sign it again, under a new generation. If the clock is wrong, correct it.',
    retryable: true,
  },
  'KSN-VERIFY-012': {
    fault: 'caller',
    meaning: 'The generation lies below the floor that a newer spec of the series has signed.',
    evidence: 'floor of the newest accepted spec.',
    next: 'Sign the content under a new generation.',
  },
  'KSN-VERIFY-013': {
    fault: 'caller',
    meaning: 'The spec is not for this node: its selector asks for labels that the node does not have.',
    evidence: 'The labels named with the finding, and the labels in the configuration of the node.',
    next: 'Send it to the nodes it is for, or give this node the label in its image or /etc.',
  },
  'KSN-VERIFY-014': {
    fault: 'environment',
    meaning: 'The spec needs another version of the agent.',
    evidence: 'requires.agent of the spec, and `keelson version`.',
    next: 'Update the image of the node, or sign a spec that this agent can take.',
  },
  'KSN-VERIFY-015': {
    fault: 'caller',
    meaning: 'The spec is unsigned, and this node takes none of its series unsigned.',
    evidence: 'The series that may come unsigned are named in the configuration of the node.',
    next: 'Sign it with `keelson sign`.',
  },
  'KSN-VERIFY-016': {
    fault: 'environment',
    meaning: 'The bytes are not those that were accepted.',
    evidence: 'The digest in the journal and the digest of the stored envelope.',
    next: 'Give the node a newer generation; the store of the agent may be damaged.',
  },
  'KSN-VERIFY-020': {
    fault: 'caller',
    meaning: 'Local policy does not let a spec use this kind.',
    evidence: 'policy.kinds in the configuration of the node.',
    next: 'Remove the resource, or change the policy of the node in its image or /etc; a spec cannot.',
  },
  'KSN-VERIFY-021': {
    fault: 'caller',
    meaning: 'Local policy keeps this path from specs. The folders of the agent itself are always kept.',
    evidence: 'policy.paths in the configuration of the node.',
    next: 'Use another path, or change the policy of the node in its image or /etc; a spec cannot.',
  },
  'KSN-VERIFY-022': {
    fault: 'caller',
    meaning: 'The spec is larger than local policy allows.',
    evidence: 'policy.limits in the configuration of the node.',
    next: 'Make the spec smaller, or change the policy of the node; a spec cannot.',
  },
  'KSN-VERIFY-023': {
    fault: 'caller',
    meaning: 'Local policy does not let a spec run this program.',
    evidence: 'policy.commands in the configuration of the node.',
    next: 'Use an allowed program, or change the policy of the node; a spec cannot.',
  },
  'KSN-VERIFY-024': {
    fault: 'environment',
    meaning: 'A link on this node leads a path of the spec to a place that local policy keeps from specs.',
    evidence: 'The path and the place it leads to stand with the finding.',
    next: 'Remove the link on the node, or name the real path.',
  },
  'KSN-VERIFY-025': {
    fault: 'caller',
    meaning:
      "A gate asks for a file in the agent's own folders (by its name or through a link). What it contains would be told, text by text, to whoever writes specs.",
    evidence: 'The path, and where it leads to, stand with the finding.',
    next: 'Ask for a file of the service itself, by http, tcp or exec. What lies in /var/lib/keelson/certs may be asked for.',
  },
  'KSN-VERIFY-030': {
    fault: 'environment',
    meaning: 'A trust file cannot be used; its key counts for nothing.',
    evidence: 'The file and the place in it stand with the finding.',
    next: 'Correct the file: name, publicKey (PEM), series (patterns), notAfter. A link to /dev/null masks a key.',
  },
  'KSN-VERIFY-031': {
    fault: 'caller',
    meaning: 'A key is of a kind that is not used here; only Ed25519 and ECDSA P-256 are.',
    evidence: '`openssl pkey -pubin -in FILE -text -noout` shows the kind.',
    next: 'Make a key with `keelson keygen`.',
  },
  'KSN-VERIFY-032': {
    fault: 'environment',
    meaning:
      'A trust file is a link, or it or a folder on the way to it could be changed by others than root: anybody might put a key there.',
    evidence: '`ls -ld` of what the message names; `namei -l` of the file shows every step.',
    next: 'After a look at what lies there: make it a regular file in a folder, both of root and written by root alone (`chmod o-w`).',
  },
  'KSN-VERIFY-033': {
    fault: 'caller',
    meaning: 'A file does not hold the key that is expected in it.',
    evidence: 'The first line of the file: a private key in PKCS#8 or a public key in SPKI, as PEM.',
    next: 'Name the right file, or make a pair with `keelson keygen`.',
  },
  'KSN-VERIFY-034': {
    fault: 'caller',
    meaning: 'A key has signed that is trusted no longer.',
    evidence: 'notAfter of the key in trust.d, and the clock of the node.',
    next: 'Sign with a key in force.',
  },
} as const satisfies Catalogue;

export const verifyError = errorsOf(VERIFY_ERRORS);
export type VerifyCode = keyof typeof VERIFY_ERRORS;
