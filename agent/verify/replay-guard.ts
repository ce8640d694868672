/**
 * The guard of one series: only what is newer than everything accepted before. Shared by all sources and
 * kept for ever, or one source could replay what another brought.
 */
import type { Reason } from '../base/errors.ts';
import { verifyError } from './errors.ts';
import type { SpecIdentity } from './verified-spec.ts';

/** The newest accepted spec of a series. */
export interface Newest {
  readonly generation: number;
  readonly digest: string;
  /** As it was signed with it. */
  readonly floor?: number;
}

export type GuardDecision =
  | { readonly is: 'newer' }
  | { readonly is: 'already' }
  | { readonly is: 'refused'; readonly reason: Reason };

/** `newest`: what was accepted last of the series; null: nothing yet. */
export function decide(spec: SpecIdentity, newest: Newest | null): GuardDecision {
  const name = `${spec.series}/${spec.generation}`;
  if (newest === null || spec.generation > newest.generation) return { is: 'newer' };
  if (spec.generation === newest.generation) {
    if (spec.digest === newest.digest) return { is: 'already' };
    return refused('KSN-VERIFY-010', `${name} was accepted as ${newest.digest}; this one is ${spec.digest}`, name);
  }
  if (newest.floor !== undefined && spec.generation < newest.floor) {
    return refused('KSN-VERIFY-012', `${name} lies below the signed floor ${newest.floor}`, name);
  }
  return refused('KSN-VERIFY-009', `${name} is older than the accepted ${spec.series}/${newest.generation}`, name);
}

function refused(
  code: 'KSN-VERIFY-009' | 'KSN-VERIFY-010' | 'KSN-VERIFY-012',
  message: string,
  element: string,
): GuardDecision {
  return { is: 'refused', reason: verifyError(code, message, { element }).toReason() };
}
