import type { Clock } from './clock.ts';

/** How long repeats are held back: a minute first, then ever longer while they go on. */
const FIRST_WINDOW_MS = 60_000;
const WINDOW_FACTOR = 6;
const LONGEST_WINDOW_MS = 3_600_000;
/** More kinds of trouble at a time are not kept apart; the oldest is told and forgotten. */
const MOST_KEYS = 512;

interface Window {
  ends: number;
  lengthMs: number;
  count: number;
  tell: (count: number) => void;
}

/**
 * Lets the first of equal things through and counts the others: when a window ends, the latest is told once, with
 * how many it stands for. Something that repeats for ever is told once an hour; something that stopped is forgotten.
 */
export class Repeats implements Disposable {
  readonly #clock: Clock;
  readonly #windows = new Map<string, Window>();
  readonly #disposed = new AbortController();
  #ticking = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** True: tell it now. False: `tell` may be called later, in place of this and others like it. */
  admit(key: string, tell: (count: number) => void): boolean {
    if (this.#disposed.signal.aborted) return true;
    this.#endWindows();
    const window = this.#windows.get(key);
    if (window !== undefined) {
      window.count += 1;
      window.tell = tell;
      return false;
    }
    const [oldest] = this.#windows;
    if (this.#windows.size >= MOST_KEYS && oldest !== undefined) this.#forget(...oldest);
    this.#windows.set(key, {
      ends: this.#clock.monotonic() + FIRST_WINDOW_MS,
      lengthMs: FIRST_WINDOW_MS,
      count: 0,
      tell,
    });
    void this.#tick();
    return true;
  }

  /** Tells what was held back. */
  [Symbol.dispose](): void {
    this.#disposed.abort();
    for (const [key, window] of this.#windows) this.#forget(key, window);
  }

  #forget(key: string, window: Window): void {
    this.#windows.delete(key);
    if (window.count > 0) window.tell(window.count);
  }

  #endWindows(): void {
    const now = this.#clock.monotonic();
    for (const [key, window] of this.#windows) {
      if (window.ends > now) continue;
      if (window.count === 0) {
        this.#windows.delete(key);
        continue;
      }
      const { count } = window;
      window.lengthMs = Math.min(LONGEST_WINDOW_MS, window.lengthMs * WINDOW_FACTOR);
      window.ends = now + window.lengthMs;
      window.count = 0;
      window.tell(count);
    }
  }

  /** Sleeps from end to end while there are windows; an agent with nothing to say never wakes for this. */
  async #tick(): Promise<void> {
    if (this.#ticking) return;
    this.#ticking = true;
    try {
      while (this.#windows.size > 0) {
        let next = Infinity;
        for (const window of this.#windows.values()) next = Math.min(next, window.ends);
        await this.#clock.sleep(Math.max(1, Math.ceil(next - this.#clock.monotonic())), this.#disposed.signal);
        this.#endWindows();
      }
    } catch {
      // Disposed.
    } finally {
      this.#ticking = false;
    }
  }
}
