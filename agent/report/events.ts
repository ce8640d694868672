/** The append-only event log: what happened, for people and the coordinator. Bounded, rotated, survives reboot. */
import type { Reason } from '../base/errors.ts';
import type { Instant } from '../base/clock.ts';
import type { Address } from '../resources/kind.ts';

export type EventType =
  | 'AgentStarted' | 'AgentStopping' | 'SpecAccepted' | 'SpecRefused' | 'TransactionOpened' | 'ResourceChanged'
  | 'ResourceWaiting' | 'ResourceResumed' | 'DriftRepaired' | 'DriftReported' | 'Contended' | 'EffectRun' | 'EffectFailed' | 'EffectSkipped'
  | 'GatesHeld' | 'VerdictGood' | 'RolledBack' | 'RollbackStarted' | 'RollbackIncomplete' | 'Superseded' | 'Blocked' | 'Unblocked'
  | 'Held' | 'Released' | 'SafeModeEntered' | 'SafeModeLeft' | 'ResourceLeft' | 'ForeignFound' | 'Recovered' | 'GuardFired'
  | 'ControlRequest' | 'Gap' | 'JournalReadOnly' | 'Left';

export interface EventDraft {
  readonly type: EventType;
  readonly message: string;
  readonly address?: Address;
  readonly generation?: string;
  readonly tx?: string;
  readonly reason?: Reason;
  /** Who asked, for control requests: uid and words. */
  readonly by?: string;
  readonly reasonGiven?: string;
}

export interface EventRecord extends EventDraft {
  /** Names this log; a new one begins when the old is lost. */
  readonly logId: string;
  readonly seq: number;
  readonly at: Instant;
  readonly bootId: string;
}

/** Port of everybody who has something to tell. Never throws; never blocks the caller on the disk. */
export interface EventSink {
  emit(event: EventDraft): void;
}
