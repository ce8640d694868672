/** What is read at most, so that no config can exhaust the machine it is looked at on. */
export const IGNITION_LIMITS = {
  /** Of one config as text; Ignition's own platforms stop far below. */
  configBytes: 16 * 2 ** 20,
  nodes: 500_000,
  /** Of one resource once it is decompressed. */
  contentBytes: 64 * 2 ** 20,
  /** Of all of them together. */
  allContentBytes: 256 * 2 ** 20,
  mergeDepth: 8,
  findings: 100,
} as const;
