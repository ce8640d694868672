/**
 * What goes over the two sockets: paths, requests, answers. HTTP/1.1 with JSON bodies; streams are one JSON value a
 * line. `agent.sock` only reads; everything that changes something is on `control.sock`, which root alone may open.
 */
import type { Reason } from '../base/errors.ts';
import type { Preview } from '../plan/preview.ts';
import type { Basis } from '../reconcile/engine-port.ts';
import type { Address } from '../resources/kind.ts';

export const READ_SOCKET = 'agent.sock';
export const CONTROL_SOCKET = 'control.sock';

/** A hold has an end; a longer one is a change of the spec. */
export const LONGEST_HOLD_MS = 30 * 24 * 3600 * 1000;

/** A spec has at most 1 MiB of payload; base64 in an envelope takes 4/3 of that, and JSON around it a little. */
export const MAX_REQUEST_BYTES = 2 * 1024 * 1024;

/** What every changing request carries: a person and their words, which become an event. */
export interface Asked {
  /** Who the person says they are; the uid of the connection stands beside it in the event. */
  readonly who?: string;
  readonly reason?: string;
}

/** `POST /v1/apply`. */
export interface ApplyRequest extends Asked {
  /** A spec or envelope as its bytes, base64. Absent: reconcile what is already wanted. */
  readonly document?: string;
  /** File name of the document, for places in findings. */
  readonly name?: string;
  /** Refused when the node is no longer as it was when the plan with this basis was shown. */
  readonly basis?: Basis;
}

/** Sent once the request is durable, not when it is done. */
export interface ApplyAnswer {
  /** What is wanted now. */
  readonly generation: { readonly series: string; readonly generation: number; readonly digest: string } | null;
  /** Events after this one belong to it. */
  readonly afterEvent: number;
}

/** `POST /v1/plan` and `/v1/diff`; a GET asks for the plan of what is wanted already. */
export interface PlanRequest {
  readonly document: string;
  readonly name?: string;
  /** Judged as an apply would: refused unless it is signed. Otherwise root may see the plan of a document before that. */
  readonly signed?: boolean;
}

/** `forMs` from now, by the agent's clock. */
export interface HoldRequest extends Asked {
  /** Empty with `all`: the whole node. */
  readonly addresses: readonly Address[];
  readonly all: boolean;
  readonly forMs: number;
}

/** Ids of the holds, in the order of the addresses. */
export interface HoldAnswer {
  readonly ids: readonly string[];
}

/** `POST /v1/release`. One after the other: the first id that is not there (KSN-ENGINE-007) ends it. */
export interface ReleaseRequest extends Asked {
  /** Ids of overrides. */
  readonly ids: readonly string[];
}

/** The blocked generation, by number. */
export interface RetryRequest extends Asked {
  readonly generation: number;
}

/** `POST /v1/leave`. */
export interface LeaveRequest extends Asked {
  readonly how: 'keep' | 'restore';
}

/** `POST /v1/safe-mode`. */
export interface SafeModeRequest extends Asked {
  readonly on: boolean;
}

/** The plan, and per address the lines between what is there and what would be. */
export interface DiffAnswer {
  readonly preview: Preview;
  readonly texts: Readonly<Record<Address, string>>;
}

/** The body of every answer that is no success. */
export interface FailureAnswer {
  readonly error: Reason;
  /** Everything that is wrong with a document, where the failure is about one. */
  readonly findings?: readonly Reason[];
}
