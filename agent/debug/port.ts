/** What the endpoint needs of the rest of the agent: what the sockets have, and a little more to look at. */
import type { ControlPort } from '../control/port.ts';
import type { EventType } from '../report/events.ts';

export interface DebugPort extends ControlPort {
  /** Resolves when the writer has a turn: the engine makes progress. */
  writerTurn(): Promise<void>;
  /** Events since the start, by type. */
  readonly eventCounts: () => ReadonlyMap<EventType, number>;
}
