/**
 * The files that a login (pam_motd) and a console (agetty) show: there while something is wrong, gone when it is not.
 *
 * INVARIANTS
 * 1. What an earlier run left does not outlive the first status of this one.
 * 2. An orderly end leaves word that nothing is kept any more. What a killed agent leaves says since when it was so.
 * 3. They are the agent's own, as its sockets are: written whole or not at all, and without the journal.
 */
import type { FileSystem } from '../../hostfs/filesystem.ts';
import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import { NoticeFiles, type NoticePaths } from './notice-files.ts';
import { noticeLines, stoppedLines, urgencyOf } from './notice-text.ts';
import type { NodeStatus } from './status.ts';

export interface NoticesOptions {
  readonly fs: FileSystem;
  readonly paths: NoticePaths;
  readonly clock: Clock;
  readonly log: Log;
  /** False: another agent has the state folder, and the files are its own. */
  readonly ours: () => boolean;
  /** What a person types to start the agent again. */
  readonly start: string;
}

/** What passes within it by itself is not told. */
const LASTS_MS = 60_000;
/** At most one change in this time; the newest wins. */
const PAUSE_MS = 1_000;
const RETRY_MS = 60_000;

/** Hears every status and keeps the files as the newest says. What cannot be written is tried again, never told to the publisher. */
export class Notices implements AsyncDisposable {
  readonly #options: NoticesOptions;
  readonly #files: NoticeFiles;
  readonly #closing = new AbortController();
  readonly #ended = Promise.withResolvers<void>();
  #status: NodeStatus | null = null;
  /** When the word began, by the clock that only grows. */
  #began = 0;
  #changed = Promise.withResolvers<void>();
  /** Undefined: nobody knows what is there. */
  #shown: readonly string[] | null | undefined;
  #keeping: Promise<void> | null = null;

  constructor(options: NoticesOptions) {
    this.#options = options;
    this.#files = new NoticeFiles(options);
  }

  /** Returns at once; the files follow. */
  publish(status: NodeStatus): void {
    const before = this.#status;
    if (before?.verdict !== status.verdict) this.#began = this.#options.clock.monotonic();
    this.#status = status;
    this.#changed.resolve();
    this.#keeping ??= this.#keep();
  }

  /** Leaves word that the agent stopped, where it managed something. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    this.#ended.resolve();
    await this.#keeping;
    const status = this.#status;
    if (status === null || !this.#options.ours()) return;
    const { clock, start } = this.#options;
    await this.#show(status.verdict === 'Left' ? null : stoppedLines(status, clock.now(), start));
  }

  async #keep(): Promise<void> {
    const { signal } = this.#closing;
    // Never within the call of `publish`.
    await Promise.resolve();
    while (!signal.aborted) {
      this.#changed = Promise.withResolvers();
      const { lines, againMs } = this.#wish();
      const isShown = this.#shown !== undefined && lines?.join() === this.#shown?.join();
      const done = !this.#options.ours() || isShown || (await this.#show(lines));
      await this.#rest(done ? againMs : RETRY_MS);
    }
  }

  /** What is to be seen now, and when that may be something else though no status comes. */
  #wish(): { readonly lines: readonly string[] | null; readonly againMs: number | null } {
    const status = this.#status;
    const urgency = status === null ? 'never' : urgencyOf(status);
    if (status === null || urgency === 'never') return { lines: null, againMs: null };
    const lasts = this.#options.clock.monotonic() - this.#began;
    if (urgency === 'when it lasts' && lasts < LASTS_MS) return { lines: null, againMs: LASTS_MS - lasts };
    return { lines: noticeLines(status), againMs: null };
  }

  async #rest(ms: number | null): Promise<void> {
    const { clock } = this.#options;
    const { signal } = this.#closing;
    const woken = new AbortController();
    const waits = [this.#changed.promise, this.#ended.promise];
    if (ms !== null) waits.push(clock.sleep(ms, AbortSignal.any([signal, woken.signal])).catch(() => {}));
    await Promise.race(waits);
    woken.abort();
    await clock.sleep(PAUSE_MS, signal).catch(() => {});
  }

  async #show(lines: readonly string[] | null): Promise<boolean> {
    const done = await this.#files.show(lines);
    this.#shown = done ? lines : undefined;
    return done;
  }
}
