/** What a benchmark is, and what it hands back. */
import type { Ground } from './ground.ts';

/** What was measured, kept whole in the JSON: figures by name, and words where a figure needs them. */
export type Samples = Readonly<Record<string, readonly number[] | number | string>>;

/** One line of the table: ours against a reference. */
export interface Row {
  readonly name: string;
  /** For people: '163 ms', 'p99 4.1 ms'. */
  readonly ours: string;
  readonly reference: string;
  /** Null: not measured; `skipped` says why. */
  readonly ratio: number | null;
  /** From the least to the largest of the pairs. */
  readonly spread?: readonly [number, number];
  /** The ratio may be at most this; null: told, with no goal. */
  readonly goal: number | null;
  readonly skipped?: string;
  readonly samples: Samples;
}

export interface Benchmark {
  /** What `--only` takes. */
  readonly name: string;
  readonly what: string;
  /** In words, for the table's readers. */
  readonly goal: string;
  run(ground: Ground): Promise<readonly Row[]>;
}

export function skippedRow(name: string, reference: string, goal: number | null, why: string): Row {
  return { name, ours: '', reference, ratio: null, goal, skipped: why, samples: {} };
}

/** Null where there is no goal, or nothing was measured. */
export function isMet({ ratio, goal }: Row): boolean | null {
  return ratio === null || goal === null ? null : ratio <= goal;
}
