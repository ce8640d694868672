/** What carrying out changes needs, and what it says back. */
import type { Clock } from '../base/clock.ts';
import type { Reason } from '../base/errors.ts';
import type { SerialRunner } from '../base/serial-runner.ts';
import type { Address, AnyKind, Change, Claim, Draft, EffectSupport, Target, Wait } from '../resources/kind.ts';
import type { EventSink } from './event-sink.ts';
import type { Ballast } from './space.ts';
import type { Book } from './book.ts';
import type { GuardTimers } from './guard-timers.ts';
import type { Hosts } from './hosts.ts';
import type { TxId } from './records.ts';

/** One for a running engine: what both lanes, the gates and recovery carry out changes with. */
export interface Execution {
  readonly kinds: readonly AnyKind[];
  readonly book: Book;
  readonly hosts: Hosts;
  readonly writer: SerialRunner;
  readonly clock: Clock;
  readonly events: EventSink;
  /** Effect supports beyond the kinds' own: processes, commands; later units and pods. */
  readonly effects: readonly EffectSupport[];
  readonly guards: GuardTimers;
  /** Whether `tcp:HOST:PORT` (or `coordinator`, which no release has yet and so counts as reached) answers. */
  readonly reach: (target: string, signal: AbortSignal) => Promise<boolean>;
  readonly ballast: Ballast;
  readonly bootId: string;
  /** Owned by a transaction from intent until settled. */
  readonly busy: Map<Address, TxId>;
  /** Beside these, temporaries may lie until a sweep found none that it could not remove. */
  readonly touched: Set<Claim>;
  /** Called after every step, so that the status can follow. */
  readonly progressed: () => void;
}

/** How far a run of changes goes: when it stops, what a failure means, and how long it waits for health. */
export interface RunOptions {
  /** Aborted when a newer generation supersedes or the agent stops; looked at between steps, never within one. */
  readonly stop: AbortSignal;
  /** Rollback and repair: one failure does not stop the rest. */
  readonly onFailure: 'stop' | 'continue';
  /** Milliseconds a changed resource has to become well before its dependents go on. */
  readonly settleMs: number;
  readonly targets: ReadonlyMap<Address, Target<unknown, unknown>>;
}

/** A change that failed, or did not become well in time. */
export interface Failure {
  readonly address: Address;
  readonly reason: Reason;
}

/** What a run of changes came to. Drafts that stand in none of the lists were not begun. */
export interface RunOutcome {
  readonly applied: readonly Change<unknown>[];
  readonly waits: readonly Wait[];
  /** Met another state than planned for: plan anew. */
  readonly replan: readonly Address[];
  readonly failures: readonly Failure[];
  readonly stopped: boolean;
}

/** `undo: none` changes run after the verdict. */
export function isIrreversible(draft: Draft<unknown>): boolean {
  return draft.undo === 'none';
}
