/** A route of the endpoint: how it is asked, what it answers, and the words that the OpenAPI document has of it. */
import type { Asker } from '../control/endpoint.ts';
import type { FastifyReply, FastifyRequest } from './libraries.ts';

export type Query = URLSearchParams;

/** One request, as a route sees it. */
export interface Asked {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly query: Query;
  readonly asker: Asker;
}

export interface DeclaredRoute {
  readonly url: string;
  readonly schema: {
    readonly summary: string;
    readonly description?: string;
    readonly querystring?: object;
    readonly headers?: object;
    readonly response: Readonly<Record<number, object>>;
  };
  /** The answer: a value for JSON, text for any other type that was set; undefined where it was given already. */
  readonly answer: (asked: Asked) => Promise<unknown>;
}
