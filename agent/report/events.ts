/** The append-only event log: what happened, for people and the coordinator. Bounded, rotated, survives reboot. */
import type { Instant } from '../base/clock.ts';
import type { EventDraft } from '../apply/event-sink.ts';

export type { EventDraft, EventSink, EventType } from '../apply/event-sink.ts';

export interface EventRecord extends EventDraft {
  /** Names this log; a new one begins when the old is lost. */
  readonly logId: string;
  readonly seq: number;
  readonly at: Instant;
  readonly bootId: string;
}
