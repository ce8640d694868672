/** What the engine tells while it works; the event log (report/) is who listens. */
import type { Reason } from '../base/errors.ts';
import type { Address, Change } from '../resources/kind.ts';

export type EventType =
  | 'AgentStarted'
  | 'AgentStopping'
  | 'SpecAccepted'
  | 'SpecRefused'
  | 'TransactionOpened'
  | 'ResourceChanged'
  | 'ResourceWaiting'
  | 'ResourceResumed'
  | 'DriftRepaired'
  | 'DriftReported'
  | 'Contended'
  | 'EffectRun'
  | 'EffectFailed'
  | 'EffectSkipped'
  | 'EffectLeft'
  | 'LaneFailed'
  | 'VerdictGood'
  | 'RolledBack'
  | 'RollbackStarted'
  | 'RollbackIncomplete'
  | 'Superseded'
  | 'Blocked'
  | 'Unblocked'
  | 'Held'
  | 'Released'
  | 'SafeModeEntered'
  | 'SafeModeLeft'
  | 'ResourceLeft'
  | 'ForeignFound'
  | 'Recovered'
  | 'GuardFired'
  | 'ControlRequest'
  | 'Gap'
  | 'JournalReadOnly'
  | 'Left';

/** An event without its number and time, which the log gives it. No field may hold a secret. */
export interface EventDraft {
  readonly type: EventType;
  readonly message: string;
  readonly address?: Address;
  /** What became of the address, where it was changed. */
  readonly did?: 'create' | 'update' | 'delete';
  readonly generation?: string;
  readonly tx?: string;
  readonly reason?: Reason;
  /** Who asked, for control requests: uid and words. */
  readonly by?: string;
  readonly reasonGiven?: string;
}

/** An address was changed. */
export function changed({ address, from, to, summary }: Change<unknown>, tx: string): EventDraft {
  const did = to === null ? 'delete' : from === null ? 'create' : 'update';
  return { type: 'ResourceChanged', address, did, message: `${address}: ${summary}`, tx };
}

/** Port of everybody who has something to tell. Never throws; never blocks the caller on the disk. */
export interface EventSink {
  emit(event: EventDraft): void;
}
