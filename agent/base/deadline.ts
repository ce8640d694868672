import type { Clock } from './clock.ts';

/** The work was not done within `ms` milliseconds. Has no code: who set the deadline knows what it means. */
export class DeadlineError extends Error {
  override readonly name = 'DeadlineError';
  readonly ms: number;
  constructor(ms: number) {
    super(`not done within ${ms} ms`);
    this.ms = ms;
  }
}

/**
 * Runs `work` with a signal that aborts when `signal` does or when `ms` have passed, and rejects with that
 * reason ({@link DeadlineError} for the time) at once: work that does not listen is left behind, its outcome ignored.
 */
export async function withDeadline<T>(
  clock: Clock,
  ms: number,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const inner = new AbortController();
  const over = new AbortController();
  const { promise: stopped, reject } = Promise.withResolvers<never>();
  const stop = (reason: unknown): void => {
    inner.abort(reason);
    reject(reason);
  };
  const onAbort = (): void => stop(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  clock.sleep(ms, over.signal).then(
    () => stop(new DeadlineError(ms)),
    () => {},
  );
  try {
    return await Promise.race([work(inner.signal), stopped]);
  } finally {
    signal.removeEventListener('abort', onAbort);
    over.abort();
  }
}
