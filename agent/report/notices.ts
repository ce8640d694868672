/**
 * The files that a login (pam_motd) and a console (agetty) show: there while something is wrong, gone when it is not.
 *
 * INVARIANTS
 * 1. What an earlier run left does not outlive the first status of this one.
 * 2. An orderly end leaves word that nothing is kept any more. What a killed agent leaves says since when it was so.
 * 3. They are the agent's own, as its sockets are: written whole or not at all, and without the journal.
 */
import type { FileSystem } from '../../hostfs/filesystem.ts';
import { parentPath } from '../../hostfs/path.ts';
import type { Clock } from '../base/clock.ts';
import { asKeelsonError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { noticeLines, stoppedLines, urgencyOf } from './notice-text.ts';
import type { NodeStatus } from './status.ts';

/** Null: that one is off. */
export interface NoticePaths {
  readonly motd: string | null;
  readonly issue: string | null;
}

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
  readonly #closing = new AbortController();
  readonly #ended = Promise.withResolvers<void>();
  #status: NodeStatus | null = null;
  /** When the word began, by the clock that only grows. */
  #began = 0;
  #changed = Promise.withResolvers<void>();
  /** Undefined: nobody knows what is there. */
  #shown: string | null | undefined;
  #keeping: Promise<void> | null = null;

  constructor(options: NoticesOptions) {
    this.#options = options;
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
    await this.#show(status.verdict === 'Left' ? null : textOf(stoppedLines(status, clock.now(), start)));
  }

  async #keep(): Promise<void> {
    const { signal } = this.#closing;
    // Never within the call of `publish`.
    await Promise.resolve();
    while (!signal.aborted) {
      this.#changed = Promise.withResolvers();
      const { text, againMs } = this.#wish();
      const done = !this.#options.ours() || text === this.#shown || (await this.#show(text));
      await this.#rest(done ? againMs : RETRY_MS);
    }
  }

  /** What is to be seen now, and when that may be something else though no status comes. */
  #wish(): { readonly text: string | null; readonly againMs: number | null } {
    const status = this.#status;
    const urgency = status === null ? 'never' : urgencyOf(status);
    if (status === null || urgency === 'never') return { text: null, againMs: null };
    const lasts = this.#options.clock.monotonic() - this.#began;
    if (urgency === 'when it lasts' && lasts < LASTS_MS) return { text: null, againMs: LASTS_MS - lasts };
    return { text: textOf(noticeLines(status)), againMs: null };
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

  /** False: not all of it could be written. */
  async #show(text: string | null): Promise<boolean> {
    const { paths, log } = this.#options;
    let done = true;
    for (const [path, content] of [
      [paths.motd, text],
      [paths.issue, text === null ? null : consoleText(text)],
    ] as const) {
      if (path === null) continue;
      try {
        await this.#put(path, content);
      } catch (error) {
        done = false;
        log.warn('notice-not-written', 'what a login or a console shows could not be changed', {
          element: path,
          error: asKeelsonError(error),
        });
      }
    }
    this.#shown = done ? text : undefined;
    return done;
  }

  /** Where not even the folder above the folder is, nobody reads it. */
  async #put(path: string, text: string | null): Promise<void> {
    const { fs } = this.#options;
    const folder = parentPath(path);
    if (text === null) {
      if ((await fs.lstat(path)) === null) return;
      await fs.remove(path);
      await fs.flush();
      return;
    }
    if ((await fs.lstat(parentPath(folder))) === null) return;
    await fs.ensureDirectory(folder, { mode: 0o755, uid: 0, gid: 0 });
    await fs.writeDurably(path, Buffer.from(text), { mode: 0o644, uid: 0, gid: 0 });
  }
}

function textOf(lines: readonly string[]): string {
  return `${lines.join('\n')}\n`;
}

/** agetty(8) obeys what follows a backslash, and a console of a machine in trouble may have no more than ASCII. */
export function consoleText(text: string): string {
  return text.replaceAll('…', '...').replaceAll(/[^\n\u0020-\u005B\u005D-\u007E]/gu, '?');
}
