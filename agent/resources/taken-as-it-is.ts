import type { Draft } from './kind.ts';

/** Something is there as it is wanted, and is ours from now on: nothing of it changes, and nothing is owed for it. */
export function isTakenAsItIs({ adopts, from, to }: Pick<Draft<unknown>, 'adopts' | 'from' | 'to'>): boolean {
  return adopts && JSON.stringify(from) === JSON.stringify(to);
}
