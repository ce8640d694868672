/** What the sockets need of the rest of the agent. */
import type { EventSink, EventRecord } from '../report/events.ts';
import type { EnginePort } from '../reconcile/engine-port.ts';
import type { Draft } from '../resources/kind.ts';
import type { VerifiedSpec } from '../verify/verified-spec.ts';
import type { FileTexts } from './file-texts.ts';

export interface EventReader {
  /** Names the log that the numbers are of; with another one they begin anew. */
  readonly logId: string;
  /** Sequence number of the newest event; 0 when there is none. */
  readonly lastSeq: number;
  /** Events after `after`, oldest first. */
  read(after: number, limit: number): Promise<readonly EventRecord[]>;
  /** Those, then every new one until aborted. */
  follow(after: number, signal: AbortSignal): AsyncIterable<EventRecord>;
}

/** Given to both sockets; what each may do with it, its routes say. */
export interface ControlPort {
  readonly engine: EnginePort;
  readonly events: EventReader;
  readonly sink: EventSink;
  /** Signature (unless left out), schema, series, generation and local policy; `source` is shown to people. */
  verify(document: Uint8Array, source: string, signature?: 'needed' | 'left out'): Promise<VerifiedSpec>;
  /** Secret-free lines between the two states of a draft; null where the kind has none. */
  describe(draft: Draft<unknown>): string | null;
  /** The lines between the texts of a file. */
  readonly texts: FileTexts;
  /** The user's name for a uid, where the node has one. */
  userName(uid: number): string | null;
  now(): number;
}
