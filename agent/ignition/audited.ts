/** What an audit says of one part of a config. It holds no content and no hash: what a config brings may be secret. */
import type { Reason } from '../base/errors.ts';
import { ignitionError, type IgnitionCode } from './errors.ts';

/** One way in which something differs. */
export interface Difference {
  readonly of: 'type' | 'content' | 'mode' | 'owner' | 'target' | 'presence' | 'preset' | 'links' | 'field' | 'keys';
  readonly wanted: string;
  readonly found: string;
}

export type Verdict =
  | { readonly is: 'same' }
  | { readonly is: 'missing' }
  | { readonly is: 'drifted'; readonly what: readonly Difference[] }
  | { readonly is: 'unchecked'; readonly why: Reason };

export interface Audited {
  /** `file:/etc/x`, `enablement:sshd.service` */
  readonly element: string;
  readonly verdict: Verdict;
}

export const SAME: Verdict = { is: 'same' };
export const MISSING: Verdict = { is: 'missing' };

/** The same, where nothing differs. */
export function verdictOf(what: readonly Difference[]): Verdict {
  return what.length === 0 ? SAME : { is: 'drifted', what };
}

/** Nobody can tell, for this reason. */
export function unchecked(code: IgnitionCode, element: string, words: string): Audited {
  const why = ignitionError(code, `${element}: ${words}`, { element }).toReason();
  return { element, verdict: { is: 'unchecked', why } };
}
