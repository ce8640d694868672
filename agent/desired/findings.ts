import { KeelsonError, type Reason } from '../base/errors.ts';
import { specError, type SpecCode } from './errors.ts';
import { LIMITS } from './limits.ts';

/** Collects what is wrong, so that everything is told at once. Places are pointers until the document gives them lines. */
export class Findings {
  readonly #reasons: Reason[] = [];

  /** `pointer` is the place in the document (RFC 6901); its line is found when the findings are told. */
  add(
    code: SpecCode,
    message: string,
    pointer: string,
    more: { readonly remedy?: string; readonly element?: string } = {},
  ): void {
    this.#reasons.push(specError(code, message, { place: { pointer }, ...more }).toReason());
  }

  /** Findings of somebody else, as they are. */
  push(...reasons: readonly Reason[]): void {
    this.#reasons.push(...reasons);
  }

  get any(): boolean {
    return this.#reasons.length > 0;
  }

  /** More than anybody will be told: looking on would only cost. */
  get full(): boolean {
    return this.#reasons.length > LIMITS.findings;
  }

  get all(): readonly Reason[] {
    return this.#reasons;
  }
}

/** A finding as an error, for where nobody is left to tell it to. */
export function errorOf(reason: Reason): KeelsonError {
  const { code, fault, message, remedy = '' } = reason;
  return new KeelsonError(code, { fault, meaning: message, evidence: '', next: remedy }, message, reason);
}
