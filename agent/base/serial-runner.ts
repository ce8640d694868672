/**
 * Runs asynchronous tasks one after another: the writer of the engine, and whatever else must not overlap.
 *
 * INVARIANTS
 * 1. At most one task runs at a time.
 * 2. Waiting tasks start in the order they came; urgent ones before all ordinary ones. Nothing interrupts a running task.
 * 3. The promise of `run` settles as the task does; a failure is its caller's alone, the next task starts regardless.
 * 4. A task that is aborted while it waits never starts and rejects at once. One that is aborted while it runs is told
 *    through its signal and waited for: the next starts only when it has really ended.
 * 5. Once disposal began nothing new is accepted. Disposal resolves when everything accepted has ended.
 * 6. A task never starts in the call that submits it.
 *
 * A task that awaits a `run` of the runner it runs in waits for ever.
 */
export type SerialTask<T> = (signal: AbortSignal) => Promise<T>;

/** `signal` takes the task back while it waits, and tells it while it runs (invariant 4). */
export interface SerialOptions {
  readonly signal?: AbortSignal | undefined;
  /** Before every ordinary task that waits. */
  readonly urgent?: boolean;
}

interface Waiting {
  start(): Promise<void>;
  abandon(reason: unknown): void;
}

/** Told as each task starts and when it has really ended. */
export interface TurnObserver {
  began(): void;
  ended(): void;
}

/** Why a task was not accepted, or was dropped: the runner is being disposed or was told to abort. */
export class RunnerClosedError extends Error {
  override readonly name = 'RunnerClosedError';
}

/** One queue; disposal refuses what comes after it and waits for what came before (invariant 5). */
export class SerialRunner implements AsyncDisposable {
  #urgent: Waiting[] = [];
  #ordinary: Waiting[] = [];
  #running: AbortController | null = null;
  #pumping: Promise<void> | null = null;
  #closed = false;
  readonly #observer: TurnObserver | undefined;

  constructor(observer?: TurnObserver) {
    this.#observer = observer;
  }

  /** Nothing runs and nothing waits. */
  get idle(): boolean {
    return this.#pumping === null;
  }

  /** Tasks that have not started. */
  get waiting(): number {
    return this.#urgent.length + this.#ordinary.length;
  }

  /**
   * Settles as the task does. Rejects with the reason of the signal where it aborts before the start, and with
   * RunnerClosedError once disposal began.
   */
  run<T>(task: SerialTask<T>, options: SerialOptions = {}): Promise<T> {
    const { signal, urgent = false } = options;
    if (this.#closed) return Promise.reject(new RunnerClosedError('the runner is closed'));
    if (signal?.aborted) return Promise.reject(signal.reason);
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const queue = urgent ? this.#urgent : this.#ordinary;
    const controller = new AbortController();
    let started = false;
    const onAbort = (): void => {
      if (started) {
        controller.abort(signal?.reason);
        return;
      }
      queue.splice(queue.indexOf(entry), 1);
      reject(signal?.reason);
    };
    const entry: Waiting = {
      start: async () => {
        started = true;
        this.#running = controller;
        this.#observer?.began();
        try {
          resolve(await task(controller.signal));
        } catch (error) {
          reject(error);
        } finally {
          this.#running = null;
          this.#observer?.ended();
          signal?.removeEventListener('abort', onAbort);
        }
      },
      abandon: (reason) => {
        signal?.removeEventListener('abort', onAbort);
        reject(reason);
      },
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    queue.push(entry);
    this.#pumping ??= this.#pump();
    return promise;
  }

  /** Drops what waits and tells what runs; both see `reason`. The runner stays usable. */
  abort(reason: unknown = new RunnerClosedError('the runner was told to abort')): void {
    for (const waiting of [...this.#urgent.splice(0), ...this.#ordinary.splice(0)]) waiting.abandon(reason);
    this.#running?.abort(reason);
  }

  /** Resolves once nothing runs and nothing waits, tasks submitted meanwhile included. */
  async drained(): Promise<void> {
    while (this.#pumping !== null) await this.#pumping;
  }

  /** Accepts nothing more and waits for what was accepted; call `abort` first to be quick. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    await this.drained();
  }

  async #pump(): Promise<void> {
    await Promise.resolve();
    for (let next = this.#next(); next !== undefined; next = this.#next()) await next.start();
    this.#pumping = null;
  }

  #next(): Waiting | undefined {
    return this.#urgent.shift() ?? this.#ordinary.shift();
  }
}
