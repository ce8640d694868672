import type { Change, ChangeId } from '../resources/kind.ts';

/**
 * Undo that works without the agent: a persistent timer that puts the change back unless it is disarmed after
 * a good probe. Firing leaves a marker, which counts as a bad verdict.
 */
export interface GuardTimers {
  /** Durable before it resolves; arming again replaces. */
  arm(change: Change<unknown>): Promise<void>;
  disarm(id: ChangeId): Promise<void>;
  /** Changes whose guard has fired and was not acknowledged. */
  fired(): Promise<readonly ChangeId[]>;
  acknowledge(id: ChangeId): Promise<void>;
}
