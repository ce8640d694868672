/** A failure as an answer: its HTTP status, and the body that every client of the sockets reads. */
import { asKeelsonError, type Fault, type KeelsonError } from '../base/errors.ts';
import type { FailureAnswer } from './protocol.ts';

const statusOfFault: Readonly<Record<Fault, number>> = { caller: 400, environment: 503, bug: 500 };

/** Where the fault alone does not say it. */
const statusOfCode: Readonly<Record<string, number>> = {
  'KSN-CTL-005': 404,
  'KSN-CTL-012': 421,
  'KSN-CTL-013': 405,
  'KSN-DEBUG-005': 404,
};

export interface Failure {
  readonly status: number;
  readonly body: FailureAnswer;
}

/** `thrown` may be anything; what is no error of ours becomes a bug of ours. */
export function failureOf(thrown: unknown): Failure {
  const error = asKeelsonError(thrown);
  return {
    status: statusOfCode[error.code] ?? statusOfFault[error.fault],
    body: { error: error.toReason(), ...findingsOf(error) },
  };
}

/** A rejected document carries all its findings. */
function findingsOf(error: KeelsonError): Pick<FailureAnswer, 'findings'> {
  return 'findings' in error && Array.isArray(error.findings) ? { findings: error.findings } : {};
}
