/** Everything that the page is drawn from. */
import type { Instant } from '../../base/clock.ts';
import type { Reason } from '../../base/errors.ts';
import type { Preview } from '../../plan/preview.ts';
import type { EventRecord } from '../../report/events.ts';
import type { NodeStatus, ResourceStatus } from '../../report/status.ts';
import type { PageQuery } from './page-query.ts';

/**
 * How the page hears of the node. `loaded`: it was written once and hears nothing (no script runs). `polled`: it
 * asks now and then. `lost`: what it shows is old, and must look so.
 */
export type Connection = 'loaded' | 'connecting' | 'live' | 'polled' | 'lost';

export interface PageView {
  readonly status: NodeStatus;
  /** Every resource of the node. */
  readonly resources: readonly ResourceStatus[];
  /** Oldest first: the newest of the log, or those that the query asks for. */
  readonly events: readonly EventRecord[];
  /** Number of the newest event of the log, so that nobody is offered newer ones than there are. */
  readonly lastEvent?: number;
  readonly plan?: Preview;
  /** Why there is no plan, though one was asked for. */
  readonly planFailure?: Reason;
  /** The node's wall time, for ages. */
  readonly now: Instant;
  readonly query?: PageQuery;
  readonly connection?: Connection;
  /** When the node last said that what is shown is so; `now` where it is left out. */
  readonly asOf?: Instant;
  /** What a screen reader is to say now. */
  readonly announcement?: string;
}
