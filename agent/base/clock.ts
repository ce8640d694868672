/** Milliseconds since the Unix epoch, by the wall clock. */
export type Instant = number;

/**
 * Time as an argument. Deadlines and waits use the monotonic side; what is stored or shown uses the wall
 * side, which may jump.
 */
export interface Clock {
  /** Wall time. */
  now(): Instant;
  /** Milliseconds that only grow; not comparable between processes. */
  monotonic(): number;
  /** Resolves after `ms` (0 = next macrotask); rejects with the signal's reason when aborted. Any length is allowed. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}
