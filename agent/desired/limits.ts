/** What a node reads at most, so that no document can exhaust it. */
export const LIMITS = {
  /** Payload, everywhere the same (wire.md 12). */
  bytes: 2 ** 20,
  depth: 32,
  /** Maps, lists and scalars. */
  nodes: 100_000,
  resources: 5000,
  /** Findings told at once; more would hide the first. */
  findings: 100,
} as const;
