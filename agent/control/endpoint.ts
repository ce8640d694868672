/** What answers where a socket's own routes do not know: the pages and metrics of agent/debug, loaded when first asked. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ResponseStream } from './response-stream.ts';
import type { Peer } from './route.ts';

/** Who asks, and how an answer that goes on is given. */
export interface Asker {
  readonly peer: Peer | null;
  /** Aborted when the other end is gone or the server stops. */
  readonly signal: AbortSignal;
  /** Begins an answer without an end; it takes a place among those who follow. @throws KSN-CTL-010 */
  follow(contentType: string): ResponseStream;
}

/**
 * Gets GET and HEAD alone. Resolves when the whole answer was given to the response; rejects with what failed before
 * it was begun.
 */
export type Endpoint = (request: IncomingMessage, response: ServerResponse, asker: Asker) => Promise<void>;
