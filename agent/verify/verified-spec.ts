import type { Facts } from '../desired/facts.ts';
import type { NodeSpec } from '../desired/node-spec.ts';

/** Which spec it is. Two documents with one series and generation and other digests are in conflict. */
export interface SpecIdentity {
  readonly series: string;
  readonly generation: number;
  /** `sha256:<hex>` of the signed payload bytes. */
  readonly digest: string;
}

/** Signature, series, generation, schema and local policy hold; the only thing the planner accepts. */
export interface VerifiedSpec extends SpecIdentity {
  readonly spec: NodeSpec;
  readonly facts: Facts;
  /** Names of the keys that signed; empty for a spec allowed unsigned by name. */
  readonly signers: readonly string[];
  /** Where it came from: `folder:/etc/keelson/specs.d/lb.dsse.json`, `control`, `stream`. */
  readonly source: string;
  /** The bytes as they came (DSSE JSON, or the plain document where unsigned is allowed): kept to verify again at start. */
  readonly envelope: Uint8Array;
  /** Version of the agent whose schemas and kinds it passed. */
  readonly checkedBy?: string;
}
