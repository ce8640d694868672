/** The agent of this node as a command sees it: typed calls over its two sockets. */
import { KeelsonError } from '../base/errors.ts';
import type { EventRecord } from '../report/events.ts';
import type { Preview } from '../plan/preview.ts';
import type { NodeStatus, ResourceStatus } from '../report/status.ts';
import {
  CONTROL_SOCKET,
  READ_SOCKET,
  type ApplyAnswer,
  type ApplyRequest,
  type Asked,
  type DiffAnswer,
  type HoldAnswer,
  type HoldRequest,
  type LeaveRequest,
  type PlanRequest,
  type ReleaseRequest,
  type RetryRequest,
  type SafeModeRequest,
} from './protocol.ts';
import { callJson, callLines, type Call } from './client-call.ts';

/** Of a command that only reads: it has the disk, so an agent that does not begin to answer is not waited for. */
const READING_PATIENCE_MS = 3_000;

/** At most `limit` events, all with numbers above `after`. */
export interface EventQuery {
  readonly after?: number;
  readonly limit?: number;
}

/**
 * Calls reject with the error that the agent gave, its code and remedy included, or with KSN-CTL codes where it cannot
 * be asked.
 */
export class ControlClient {
  readonly #folder: string;
  readonly #signal: AbortSignal;
  readonly #absent: string | undefined;
  readonly #patienceMs: number | undefined;
  /** With patience: the first silence; whatever is asked later rejects with it at once. */
  #silence: KeelsonError | null = null;

  /**
   * `folder` as this process names it; every call ends with `signal`. `absent`: what to do where no agent answers, if
   * that is another than its code says. `reads`: an agent that is silent is given up soon.
   */
  constructor(folder: string, signal: AbortSignal, absent?: string, reads = false) {
    this.#folder = folder;
    this.#signal = signal;
    this.#absent = absent;
    this.#patienceMs = reads ? READING_PATIENCE_MS : undefined;
  }

  status = (): Promise<NodeStatus> => this.#readSoon('/v1/status');
  resources = (): Promise<readonly ResourceStatus[]> => this.#readSoon('/v1/resources');
  plan = (request?: PlanRequest): Promise<Preview> => this.#read('/v1/plan', request);
  diff = (request?: PlanRequest): Promise<DiffAnswer> => this.#read('/v1/diff', request);
  events = (query: EventQuery = {}): Promise<readonly EventRecord[]> =>
    this.#readSoon(`/v1/events?${queryText(query)}`);

  /** The status now and every newer one, until the signal. */
  watchStatus(signal: AbortSignal): AsyncIterable<NodeStatus> {
    return this.#follow('/v1/status?follow', signal);
  }

  /** Those after `query.after`, then every new one as it becomes durable, until the signal. */
  followEvents(query: EventQuery, signal: AbortSignal): AsyncIterable<EventRecord> {
    return this.#follow(`/v1/events?follow&${queryText(query)}`, signal);
  }

  apply = (request: ApplyRequest): Promise<ApplyAnswer> => this.#order('apply', request);
  hold = (request: HoldRequest): Promise<HoldAnswer> => this.#order('hold', request);
  release = (request: ReleaseRequest): Promise<void> => this.#order('release', request);
  retry = (request: RetryRequest): Promise<void> => this.#order('retry', request);
  rollback = (request: Asked): Promise<void> => this.#order('rollback', request);
  leave = (request: LeaveRequest): Promise<void> => this.#order('leave', request);
  safeMode = (request: SafeModeRequest): Promise<void> => this.#order('safe-mode', request);

  /** A plan may take long to begin with: patience is not for it, only a silence that is known already. */
  async #read<T>(path: string, body?: object, patienceMs?: number): Promise<T> {
    if (this.#silence !== null) throw this.#silence;
    try {
      return await callJson<T>({ ...this.#call(READ_SOCKET, path, body, this.#signal), patienceMs });
    } catch (error) {
      if (error instanceof KeelsonError && error.code === 'KSN-CTL-015') this.#silence = error;
      throw error;
    }
  }

  #readSoon<T>(path: string): Promise<T> {
    return this.#read(path, undefined, this.#patienceMs);
  }

  /** An agent that lives begins a stream at once, however long nothing is to be told in it. */
  #follow<T>(path: string, signal: AbortSignal): AsyncIterable<T> {
    return callLines<T>({ ...this.#call(READ_SOCKET, path, undefined, signal), patienceMs: this.#patienceMs });
  }

  #order<T>(name: string, body: object): Promise<T> {
    return callJson<T>(this.#call(CONTROL_SOCKET, `/v1/${name}`, body, this.#signal));
  }

  #call(socket: string, path: string, body: object | undefined, signal: AbortSignal): Call {
    return {
      folder: this.#folder,
      socket,
      path,
      body,
      signal: AbortSignal.any([this.#signal, signal]),
      absent: this.#absent,
    };
  }
}

function queryText(query: EventQuery): string {
  return new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)])).toString();
}
