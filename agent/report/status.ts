/** What the node says of itself: written to disk on change (readable while the daemon is down) and served on the socket. */
import type { Reason } from '../base/errors.ts';
import type { Instant } from '../base/clock.ts';
import type { Address, WaitUntil } from '../resources/kind.ts';

export type Verdict =
  | 'OK' // as desired, every gate held
  | 'Changing' // a transaction is under way, or its gates have not held long enough
  | 'Waiting' // nothing failed; something must happen first
  | 'Held' // a person holds the whole node, or what differs is held
  | 'RolledBack' // wanted is blocked; the last known good (or as-found) runs
  | 'SafeMode'
  | 'Left' // `keelson leave` was carried out: nothing is managed
  | 'Observe' // mode observe: differs and will not be touched
  | 'Degraded' // something failed that does not roll back: contended, rollback incomplete, repair failing
  | 'Unknown'; // not observed yet, or read-only

/** Which generation: two with one number and other digests are not the same. */
export interface GenerationRef {
  readonly series: string;
  readonly generation: number;
  readonly digest: string;
}

export type ResourceCondition =
  | 'ok'
  | 'placed'
  | 'changing'
  | 'waiting'
  | 'held'
  | 'differs'
  | 'contended'
  | 'failed'
  | 'unknown'
  | 'orphaned'
  | 'foreign';

/** One address in the status; `since` is when its condition began. */
export interface ResourceStatus {
  readonly address: Address;
  readonly condition: ResourceCondition;
  /** ok and placed need none. */
  readonly reason?: Reason;
  /** Of what waits: what ends it. */
  readonly until?: WaitUntil;
  readonly since: Instant;
  /** Short words: 'Placed (no kubelet here)', 'ana, 38 min left'. */
  readonly detail?: string;
}

/** Secret-free. Times are wall times; at most 50 resources are listed, all are counted. */
export interface NodeStatus {
  readonly node: string;
  readonly agentVersion: string;
  readonly bootId: string;
  /** Grows by one per published status. */
  readonly seq: number;
  readonly at: Instant;
  /** When a look at everything ended last; absent: none has since the agent was started. */
  readonly lookedAt?: Instant;
  readonly verdict: Verdict;
  readonly since: Instant;
  /** Why the verdict is not OK. */
  readonly reason?: Reason;
  /** What keeps a rollback from its end; `reason` says why there is one. */
  readonly rollbackIncomplete?: Reason;
  /** One line: what a person does next. */
  readonly next?: string;
  /** There while something waits for one: its reasons, of at most 50 resources. Absent does not say that none is needed. */
  readonly reboot?: { readonly needed: true; readonly why: readonly Reason[] };
  readonly wanted?: GenerationRef;
  readonly running?: GenerationRef;
  readonly lastKnownGood?: GenerationRef;
  /** `at`: when; absent in what an older release wrote. */
  readonly blocked: readonly (GenerationRef & { readonly reason: Reason; readonly at?: Instant })[];
  readonly mode: 'observe' | 'enforce';
  readonly counts: Readonly<Partial<Record<ResourceCondition, number>>>;
  readonly total: number;
  /** Everything that is not ok (or placed), at most 50, worst first. */
  readonly resources: readonly ResourceStatus[];
  readonly overrides: readonly {
    readonly id: string;
    readonly kind?: 'hold' | 'patch';
    readonly address: Address | null;
    readonly by: string;
    readonly reason: string;
    readonly since?: Instant;
    readonly expires: Instant;
  }[];
  /** Effects skipped since nothing here can run them, and other remarks. */
  readonly remarks: readonly Reason[];
}
