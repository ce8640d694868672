/** The closed list of node facts that a spec may use as `${facts.NAME}`. Resolved once at accept, stored with it. */
export const FACT_NAMES = ['hostname', 'machineId', 'architecture', 'osId', 'osVersion', 'primaryAddress'] as const;
export type FactName = (typeof FACT_NAMES)[number];
/** A fact this node cannot tell is absent; a spec that uses it is refused. */
export type Facts = Readonly<Partial<Record<FactName, string>>>;
