/** What the endpoint needs of the rest of the agent: what the sockets have, and a little more to look at. */
import type { ControlPort } from '../control/port.ts';
import type { NodeSpec } from '../desired/node-spec.ts';
import type { EventType } from '../report/events.ts';

export interface DebugPort extends ControlPort {
  /** False when the writer hangs in one turn. */
  beats(): boolean;
  /** The documents that are wanted and run; null: none. Rejects where one cannot be read any more. */
  specs(): Promise<{ readonly wanted: NodeSpec | null; readonly running: NodeSpec | null }>;
  /** Events since the start, by type. */
  readonly eventCounts: () => ReadonlyMap<EventType, number>;
  /** The document of facts of this machine, without what tells it from its like unless `identity` is wanted. */
  facts(identity: boolean): Promise<object>;
  /** Whether it may be asked what the process is busy with. */
  profiling(): boolean;
}
