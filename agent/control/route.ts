/** One path of a socket: what it gets and what it answers. */
import type { Body } from './read-fields.ts';

/** Who is at the other end of a connection, as the kernel says; null where it cannot be asked. */
export interface Peer {
  readonly uid: number;
  readonly pid: number;
}

/** What a route may know of who asks; `peer` is null where the kernel could not tell. */
export interface RouteRequest {
  readonly query: URLSearchParams;
  readonly body: Body;
  readonly peer: Peer | null;
  /** Aborted when the other end is gone or the server stops. */
  readonly signal: AbortSignal;
}

export type Answer = { readonly json: unknown } | { readonly lines: AsyncIterable<unknown> };

export type Route = (request: RouteRequest) => Promise<Answer>;

/** Keyed by method and path: `GET /v1/status`. */
export type Routes = ReadonlyMap<string, Route>;
