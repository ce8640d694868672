/** What a condition is called where resources are counted. */
import type { ResourceCondition } from './status.ts';

const words: Readonly<Record<ResourceCondition, string>> = {
  ok: 'ok',
  placed: 'placed',
  changing: 'changing',
  waiting: 'waiting',
  held: 'held',
  differs: 'differ',
  contended: 'contended',
  failed: 'failed',
  unknown: 'unknown',
  orphaned: 'orphaned',
  foreign: 'foreign',
};

/** In the order in which they are counted. */
export const CONDITIONS = Object.keys(words) as readonly ResourceCondition[];

/** "3 differ". */
export function conditionWord(condition: ResourceCondition): string {
  return words[condition];
}

/** What is not as it should be, in the order in which it is shown. */
export const WORST_FIRST: readonly ResourceCondition[] = [
  'failed',
  'contended',
  'unknown',
  'changing',
  'waiting',
  'differs',
  'held',
  'foreign',
  'orphaned',
];
