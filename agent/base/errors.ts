/**
 * The error tree. Every failure that leaves a subsystem is a {@link KeelsonError} with a stable code
 * out of that subsystem's catalogue; the catalogue keeps meaning, evidence and next step beside the code,
 * and `keelson explain CODE` prints them.
 */

/** Whose fault a failure is: ours, whoever wrote the input, or the machine and network around us. */
export type Fault = 'bug' | 'caller' | 'environment';

export type ErrorCode = `KSN-${string}-${number}`;

/** What `keelson explain CODE` prints. */
export interface Explanation {
  readonly fault: Fault;
  /** One sentence: what this code says. */
  readonly meaning: string;
  /** What proves it: where to look, which field or file shows it. */
  readonly evidence: string;
  /** What a person does next. */
  readonly next: string;
  /** True when trying again without a change may succeed. */
  readonly retryable?: true;
}

export type Catalogue = Readonly<Record<ErrorCode, Explanation>>;

/** A place in a document: 1-based line and column when the source has them, `pointer` as JSON pointer. */
export interface Place {
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
  readonly pointer?: string;
}

/** What the catalogue cannot know of one failure. */
export interface ErrorDetails {
  /** The element that failed: an address, a path, a key, an option. */
  readonly element?: string;
  readonly place?: Place;
  /** A remedy more exact than the catalogue's `next`. */
  readonly remedy?: string;
  readonly cause?: unknown;
}

/** The secret-free, serialisable form: goes to journal, events, status and the socket. */
export interface Reason {
  readonly code: ErrorCode;
  readonly message: string;
  readonly fault: Fault;
  readonly element?: string;
  readonly place?: Place;
  readonly remedy?: string;
}

/** Rooms make theirs with `errorsOf`. `message` may be shown and must hold no secret; `cause` is never shown. */
export class KeelsonError extends Error {
  override readonly name = 'KeelsonError';
  readonly code: ErrorCode;
  readonly fault: Fault;
  readonly retryable: boolean;
  readonly element: string | undefined;
  readonly place: Place | undefined;
  readonly remedy: string | undefined;

  constructor(code: ErrorCode, explanation: Explanation, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.fault = explanation.fault;
    this.retryable = explanation.retryable ?? false;
    this.element = details.element;
    this.place = details.place;
    this.remedy = details.remedy ?? explanation.next;
  }

  /** The form that may be stored and shown. Causes stay behind: a foreign message may quote input. */
  toReason(): Reason {
    return {
      code: this.code,
      message: this.message,
      fault: this.fault,
      ...(this.element !== undefined && { element: this.element }),
      ...(this.place !== undefined && { place: this.place }),
      ...(this.remedy !== undefined && { remedy: this.remedy }),
    };
  }
}

/**
 * Makes the error constructor of one subsystem: `const specError = errorsOf(SPEC_ERRORS)` and then
 * `throw specError('KSN-SPEC-014', message, details)`. Only codes of the catalogue type-check.
 */
export function errorsOf<const C extends Catalogue>(catalogue: C) {
  return (code: keyof C & ErrorCode, message: string, details?: ErrorDetails): KeelsonError =>
    new KeelsonError(code, catalogue[code] as Explanation, message, details);
}

export const BASE_ERRORS = {
  'KSN-BASE-001': {
    fault: 'bug',
    meaning: 'Keelson did something its authors thought impossible.',
    evidence: 'The stack in the journal entry of the same time.',
    next: 'Report it with the journal around the entry; the node keeps what it has.',
  },
} as const satisfies Catalogue;

const baseError = errorsOf(BASE_ERRORS);

/** Any thrown value as a KeelsonError; what is not one already is our bug until a boundary maps it. */
export function asKeelsonError(thrown: unknown): KeelsonError {
  if (thrown instanceof KeelsonError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return baseError('KSN-BASE-001', `unexpected: ${message}`, { cause: thrown });
}

/** For branches that must not be reached. */
export function bug(message: string, cause?: unknown): KeelsonError {
  return baseError('KSN-BASE-001', message, cause === undefined ? {} : { cause });
}
