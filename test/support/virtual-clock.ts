import { createHook } from 'node:async_hooks';
import { setImmediate as turn } from 'node:timers/promises';
import type { Clock, Instant } from '../../agent/base/clock.ts';

interface Sleeper {
  readonly due: number;
  readonly order: number;
  wake(): void;
}

/** Turns of the event loop after which promise chains are taken to be at rest. */
const QUIET_TURNS = 3;
/** Real work that time must not run away from: file operations, child processes, connections. */
const REAL_WORK = new Set([
  'FSREQPROMISE',
  'FSREQCALLBACK',
  'PROCESSWRAP',
  'TCPCONNECTWRAP',
  'PIPECONNECTWRAP',
  'GETADDRINFOREQWRAP',
]);
const underWay = new Set<number>();
/** Somebody works in slices and gives the loop its turns between them. */
const slices = new Set<number>();
const over = (id: number): void => {
  underWay.delete(id);
  slices.delete(id);
};
let ownTurn = false;
createHook({
  trackPromises: false,
  init(id, type) {
    if (REAL_WORK.has(type)) underWay.add(id);
    else if (type === 'Immediate' && !ownTurn) slices.add(id);
  },
  before: over,
  destroy: over,
}).enable();

/** Slices that are waited for before time goes on; a loop that turns for ever is not waited out. */
const MOST_SLICES = 500;

/** Real time that `runUntil` gives real work which no sleeper explains. */
const PATIENCE_MS = 20_000;

/**
 * A clock that stands still unless told otherwise. Sleepers wake in order of their due time, then of their call;
 * between two wake-ups everything they set off runs to rest, real file work and child processes included.
 */
export class VirtualClock implements Clock {
  #monotonic = 0;
  #wallOffset: number;
  #order = 0;
  #sleepers: Sleeper[] = [];

  constructor(start: Instant = Date.UTC(2026, 0, 15, 3, 0, 0)) {
    this.#wallOffset = start;
  }

  now(): Instant {
    return this.#wallOffset + this.#monotonic;
  }

  monotonic(): number {
    return this.#monotonic;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      const abandon = (): void => {
        this.#sleepers = this.#sleepers.filter((other) => other !== sleeper);
        reject(signal?.reason);
      };
      const sleeper: Sleeper = {
        due: this.#monotonic + Math.max(0, ms),
        order: this.#order++,
        wake: () => {
          signal?.removeEventListener('abort', abandon);
          resolve();
        },
      };
      signal?.addEventListener('abort', abandon, { once: true });
      this.#sleepers.push(sleeper);
    });
  }

  /** How many sleep now: a leak shows here. */
  get sleeping(): number {
    return this.#sleepers.length;
  }

  /** Milliseconds to the next wake-up; null when nobody sleeps. */
  get untilNext(): number | null {
    const next = this.#next();
    return next === undefined ? null : next.due - this.#monotonic;
  }

  /** Moves the wall clock alone, as an operator or NTP would. */
  jump(ms: number): void {
    this.#wallOffset += ms;
  }

  /** Lets `ms` pass, waking whoever is due on the way. */
  async advance(ms: number): Promise<void> {
    const end = this.#monotonic + ms;
    await this.#rest();
    for (let next = this.#next(); next !== undefined && next.due <= end; next = this.#next()) {
      this.#wake(next);
      await this.#rest();
    }
    this.#monotonic = end;
  }

  /** Lets time pass from wake-up to wake-up until `promise` settles, at most `limitMs` of virtual time. `gone`: whoever would settle it has died. */
  async runUntil<T>(promise: Promise<T>, limitMs = 366 * 86_400_000, gone?: AbortSignal): Promise<T> {
    let settled = false;
    const settle = (): void => {
      settled = true;
    };
    promise.then(settle, settle);
    const end = this.#monotonic + limitMs;
    let idleSince = performance.now();
    for (;;) {
      await this.#rest();
      if (settled) return promise;
      if (gone?.aborted === true) throw gone.reason;
      const next = this.#next();
      if (next !== undefined) {
        if (next.due > end) throw new Error(`not settled within ${limitMs} ms of virtual time`);
        this.#wake(next);
        idleSince = performance.now();
      } else if (performance.now() - idleSince > PATIENCE_MS) {
        throw new Error('nothing sleeps and nothing happens: the promise will never settle');
      } else {
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    }
  }

  #next(): Sleeper | undefined {
    let first: Sleeper | undefined;
    for (const each of this.#sleepers) {
      if (first === undefined || each.due < first.due || (each.due === first.due && each.order < first.order))
        first = each;
    }
    return first;
  }

  #wake(sleeper: Sleeper): void {
    this.#monotonic = Math.max(this.#monotonic, sleeper.due);
    this.#sleepers = this.#sleepers.filter((other) => other !== sleeper);
    sleeper.wake();
  }

  /** Returns when promise chains are at rest and no file operation or child process is under way. */
  async #rest(): Promise<void> {
    const started = performance.now();
    let sliced = 0;
    for (let quiet = 0; quiet < QUIET_TURNS;) {
      ownTurn = true;
      const next = turn();
      ownTurn = false;
      await next;
      if (underWay.size > 0) {
        quiet = 0;
        await new Promise((resolve) => setTimeout(resolve, 0));
      } else if (slices.size > 0 && sliced < MOST_SLICES) {
        quiet = 0;
        sliced += 1;
      } else quiet += 1;
      if (performance.now() - started > PATIENCE_MS) return;
    }
  }
}
