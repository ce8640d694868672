/** Whoever brings files about, in turns. */
import type { Workload } from './workload.ts';

/** One measured turn. */
export interface Turn {
  /** Brings everything about. Milliseconds. */
  run(): Promise<number>;
  /** A run with nothing to do; only after `run`. Milliseconds. */
  again(): Promise<number>;
  end(): Promise<void>;
}

export interface Contestant {
  readonly name: string;
  /** Why it cannot take part; null: it can. */
  lacks(): string | null;
  /** Everything that is not measured. `root` is an empty folder. */
  prepare(workload: Workload, root: string): Promise<Turn>;
}

export function unsupported(name: string): () => Promise<number> {
  return () => Promise.reject(new Error(`${name} has no run with nothing to do`));
}
