import type { GateSpec } from './shared-types.ts';

/** `spec.health`. */
export interface HealthPolicy {
  /** How long every gate must hold without a break. Default 10 s. */
  readonly stableForMs: number;
  /** From the last change settled to the verdict. Default 10 min. */
  readonly deadlineMs: number;
}

/**
 * A flat NodeSpec, valid against the schema of every kind, before fact substitution
 * (`gates` alone are substituted already). `sections` holds the raw section of each kind by its name.
 */
export interface NodeSpec {
  readonly series: string;
  readonly generation: number;
  readonly selector: Readonly<Record<string, string>>;
  /** For people and tools; the node does not look at them. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Milliseconds epoch; acceptance ends then. */
  readonly notAfter?: number;
  /** No unsigned rollback goes below this generation. */
  readonly floor?: number;
  /** Semver range of the agent, e.g. '>=1.2'. */
  readonly requiresAgent?: string;
  readonly health: HealthPolicy;
  /** Gates of the spec as a whole. */
  readonly gates: readonly GateSpec[];
  readonly sections: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}
