/** Which of the documents in a folder the node should have. Pure. */
import type { SpecIdentity } from '../verify/verified-spec.ts';

export interface Candidate extends SpecIdentity {
  /** Name of its file. */
  readonly file: string;
}

/** `chosen` is null where the folder has nothing for this node. */
export interface Choice {
  readonly chosen: Candidate | null;
  /** The newest of each series that is not followed. */
  readonly others: readonly Candidate[];
}

/**
 * The newest generation of the series that the node follows; of the first by name where it follows none yet. Never of
 * another: a document that any weaker rule lets in (an unsigned series) would else take the node from its own.
 */
export function choose(candidates: readonly Candidate[], followed: string | null): Choice {
  const newest = new Map<string, Candidate>();
  for (const candidate of candidates.toSorted((a, b) => (a.file < b.file ? -1 : 1))) {
    const known = newest.get(candidate.series);
    if (known === undefined || candidate.generation > known.generation) newest.set(candidate.series, candidate);
  }
  const names = [...newest.keys()].toSorted();
  const series = followed ?? names[0];
  if (series === undefined) return { chosen: null, others: [] };
  return {
    chosen: newest.get(series) ?? null,
    others: names.filter((name) => name !== series).flatMap((name) => newest.get(name) ?? []),
  };
}
