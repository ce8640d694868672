/** Selectors: which nodes a spec is for. Judged by the node over its own labels; nobody else's word counts. */

export interface SelectorMiss {
  readonly label: string;
  readonly wanted: string;
  /** Null: the node has no such label. */
  readonly found: string | null;
}

/** Empty = the spec is for this node. */
export function selectorMisses(
  selector: Readonly<Record<string, string>>,
  labels: Readonly<Record<string, string>>,
): readonly SelectorMiss[] {
  return Object.entries(selector)
    .map(([label, wanted]) => ({ label, wanted, found: Object.hasOwn(labels, label) ? (labels[label] ?? null) : null }))
    .filter(({ wanted, found }) => wanted !== found);
}
