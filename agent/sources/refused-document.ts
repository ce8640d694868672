/** A document that is refused, with everything that is wrong with it. */
import { KeelsonError, bug, type Reason } from '../base/errors.ts';

export class RefusedDocument extends KeelsonError {
  /** At least one; the first is the error's own. */
  readonly findings: readonly Reason[];

  constructor(findings: readonly Reason[]) {
    const [first = bug('a document was refused without a finding').toReason()] = findings;
    const { code, fault, message, remedy = '', ...details } = first;
    super(code, { fault, meaning: message, evidence: '', next: remedy }, message, details);
    this.findings = findings;
  }
}
