/** The engine as commands, sockets and sources see it. */
import type { Reason } from '../base/errors.ts';
import type { DriftHint } from '../resources/kind.ts';
import type { Preview } from '../plan/preview.ts';
import type { Override } from '../apply/records.ts';
import type { NodeStatus, ResourceStatus } from '../report/status.ts';
import type { VerifiedSpec } from '../verify/verified-spec.ts';

/** Ties an `apply` to the plan a person saw. */
export interface Basis {
  readonly series: string | null;
  readonly generation: number | null;
  readonly journalSeq: number;
}

/**
 * What people and sources ask for is checked, and durable, before it resolves. A refusal has a code KSN-ENGINE-…; a
 * journal that fails has its own.
 */
export interface EnginePort {
  /** Durable when it resolves; the newest wins. Refuses a replayed or conflicting generation. */
  accept(spec: VerifiedSpec, basis?: Basis): Promise<void>;
  /** What a source holds and was refused; null: no longer. Shown as a remark, and as the reason while nothing is wanted. */
  refused(source: string, reason: Reason | null): void;
  /** Somebody saw a change, or may have missed some: looked at once it has rested. */
  hint(hint: DriftHint): void;
  /** The settings are others now: everything is looked at again under them. */
  reconsider(): void;
  /** Holds and patches; durable when it resolves. */
  override(override: Override): Promise<void>;
  /** Ends a hold or patch before its time. @throws KSN-ENGINE-007 where there is no such override. */
  release(id: string, by: string): Promise<void>;
  /** Without a spec: what the next reconcile would do. Runs outside the writer, never mutates. */
  preview(spec?: VerifiedSpec): Promise<Preview>;
  /** Reconciles everything now (after damping is bypassed for a person); refuses a stale basis. */
  reconcile(by: string, basis?: Basis): Promise<void>;
  /** Unblocks a blocked generation and tries it again. */
  retry(generation: number, by: string, reason: string): Promise<void>;
  /** To this node's previous last-known-good, never below the signed floor. */
  rollback(by: string, reason: string): Promise<void>;
  /** Ends management: keep what is there, or restore what was before us. */
  leave(how: 'keep' | 'restore', by: string): Promise<void>;
  /** On: nothing is changed any more. Off also forgets the abnormal exits that led there. */
  safeMode(on: boolean, by: string, reason: string): Promise<void>;
  /** As last published. */
  status(): NodeStatus;
  /** Every address with its condition, sorted. */
  resources(): readonly ResourceStatus[];
  /** Yields after every published status. */
  watchStatus(signal: AbortSignal): AsyncIterable<NodeStatus>;
  /** Resolves when nothing is being changed and nothing is due now (waits and holds do not count). */
  settled(signal: AbortSignal): Promise<NodeStatus>;
}
