import type { Draft } from '../resources/kind.ts';
import { bug } from '../base/errors.ts';

/**
 * The change that takes this one back, by the same `apply`. There is no undo object that a crash can lose:
 * everything it needs stands in the journalled change.
 */
export function invert<S>(change: Draft<S>): Draft<S> {
  if (isPending(change.to)) throw bug(`cannot invert ${change.address}: its result was never resolved`);
  return {
    ...change,
    from: change.to,
    to: change.from,
    why: 'undo',
    adopts: false,
    summary: change.from === null ? 'remove again' : 'back to what it was',
  };
}

/** Known only once it has been staged; nothing can be compared with it before. */
export function isPending(to: unknown): to is { readonly pending: string } {
  return typeof to === 'object' && to !== null && 'pending' in to;
}
