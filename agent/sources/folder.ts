/**
 * Specs that lie in a folder of the node: `*.dsse.json` envelopes, and plain documents where the configuration allows
 * them. The newest generation is handed to the engine; what is refused becomes an event, once.
 */
import { watch } from 'node:fs';
import type { Clock } from '../base/clock.ts';
import { asKeelsonError, type ErrorCode, type Reason } from '../base/errors.ts';
import type { Entry, ReadFileSystem } from '../../hostfs/filesystem.ts';
import type { EventSink } from '../report/events.ts';
import type { SpecIdentity, VerifiedSpec } from '../verify/verified-spec.ts';
import { Arrivals, isSame } from './arrivals.ts';
import { choose, type Candidate } from './choose.ts';
import { sourceError } from './errors.ts';

export interface Judged {
  readonly spec: VerifiedSpec;
  /** It was accepted before: nothing is to be done. */
  readonly already: boolean;
}

/** Calls out for everything that is not the folder itself. */
export interface FolderSourceOptions {
  readonly fs: ReadFileSystem;
  /** Absolute in the root; it may be missing. */
  readonly folder: string;
  readonly verify: (document: Uint8Array, source: string) => Promise<Judged>;
  readonly accept: (spec: VerifiedSpec) => Promise<void>;
  /** Series of what the node wants now. */
  readonly followed: () => string | null;
  readonly events: EventSink;
  /** What a file of the folder was refused for; null: it is accepted, or gone. */
  readonly refused: (file: string, reason: Reason | null) => void;
  readonly clock: Clock;
  /** Without a watch (the folder is missing, inotify is exhausted) a new document is seen this late. */
  readonly pollMs: number;
}

/** Names come and go in more than one step. */
const settleMs = 20;
const largestDocument = 2 * 1024 * 1024;
const documentName = /^[^.].*[.](?:dsse[.]json|json|ya?ml)$/u;

/** Older than what was accepted, or below its floor: a folder may keep what was; that is no alarm. */
const history: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['KSN-VERIFY-009', 'KSN-VERIFY-012']);

/** What is known of a file: what it looked like when it was read, and what came of it. */
interface Known {
  readonly entry: Entry;
  readonly identity: SpecIdentity | null;
}

export class FolderSource {
  readonly #options: FolderSourceOptions;
  #known = new Map<string, Known>();
  /** Digest and outcome of what was handed over last, so that nothing is handed over twice. */
  #handed: string | null = null;
  readonly #arrivals: Arrivals;
  /** Milliseconds until the first of those that may still be written is whole; null: there are none. */
  #unsettledMs: number | null = null;
  #watched: Watch | null = null;
  /** Refusals that were told, by file and stamp. */
  #told = new Set<string>();
  /** Of another series than the one that is followed. */
  #strangers: ReadonlySet<string> = new Set();
  readonly #looked = Promise.withResolvers<void>();
  #changed = Promise.withResolvers<void>();

  constructor(options: FolderSourceOptions) {
    this.#options = options;
    this.#arrivals = new Arrivals(options.clock);
  }

  /** Resolves when a look of {@link run} has ended that found nothing which may still be written. */
  get looked(): Promise<void> {
    return this.#looked.promise;
  }

  /** Looks until aborted. */
  async run(signal: AbortSignal): Promise<void> {
    try {
      while (!signal.aborted) {
        await this.#watch();
        await this.look();
        if (this.#unsettledMs === null) this.#looked.resolve();
        await this.#pause(signal);
      }
    } finally {
      this.#watched?.close();
    }
  }

  /** Trust roots or policy changed: what was refused may be accepted now. */
  reconsider(): void {
    this.#known.clear();
    this.#told.clear();
    this.#handed = null;
    this.#changed.resolve();
  }

  /** One look and what follows from it. A document that is refused is told, and does not reject. */
  async look(): Promise<void> {
    const candidates = await this.#candidates();
    const { chosen, others } = choose(candidates, this.#options.followed());
    for (const other of others) {
      const message = `${other.file} is of series ${other.series}, this node follows ${chosen?.series ?? this.#options.followed() ?? 'none'}`;
      this.#refuse(other.file, sourceError('KSN-SRC-001', message, { element: other.file }).toReason());
    }
    const strangers = new Set(others.map(({ file }) => file));
    for (const file of this.#strangers) if (!strangers.has(file)) this.#unrefuse(file);
    this.#strangers = strangers;
    if (chosen === null || chosen.digest === this.#handed) return;
    this.#handed = chosen.digest;
    await this.#hand(chosen.file);
  }

  /** Read and verified once more: what is handed over is what the file holds now. */
  async #hand(file: string): Promise<void> {
    try {
      const entry = this.#known.get(file)?.entry;
      const judged = entry === undefined ? null : await this.#verified(file, entry);
      if (judged === null) {
        this.#handed = null;
        this.#unsettled(settleMs);
      } else if (!judged.already) await this.#options.accept(judged.spec);
    } catch (error) {
      this.#refuse(file, asKeelsonError(error).toReason());
    }
  }

  /** What may still be written stands for what it was, until it is whole. */
  async #candidates(): Promise<Candidate[]> {
    this.#unsettledMs = null;
    // Before the folder is read: a name that comes meanwhile is not gone.
    const heard = this.#arrivals.names();
    const names = await this.#names();
    for (const name of heard) if (!names.includes(name)) this.#arrivals.gone(name);
    const known = new Map<string, Known>();
    for (const name of names) {
      const entry = await this.#options.fs.lstat(this.#path(name)).catch(() => null);
      if (entry === null) continue;
      const before = this.#known.get(name);
      const now = before !== undefined && isSame(before.entry, entry) ? before : await this.#look(name, entry);
      if (now !== undefined || before !== undefined) known.set(name, (now ?? before) as Known);
    }
    for (const name of this.#known.keys()) if (!known.has(name)) this.#options.refused(this.#path(name), null);
    this.#known = known;
    return [...known].flatMap(([file, { identity }]) => (identity === null ? [] : [{ file, ...identity }]));
  }

  async #names(): Promise<readonly string[]> {
    try {
      const names = await this.#options.fs.list(this.#options.folder);
      this.#unrefuse('');
      return names.filter((name) => documentName.test(name));
    } catch (error) {
      this.#refuse('', unreadable(this.#options.folder, error));
      return [];
    }
  }

  /** Undefined while the file may still be written. */
  async #look(name: string, entry: Entry): Promise<Known | undefined> {
    try {
      const judged = await this.#verified(name, entry);
      if (judged === null) return undefined;
      const { series, generation, digest } = judged.spec;
      this.#options.refused(this.#path(name), null);
      return { entry, identity: { series, generation, digest } };
    } catch (error) {
      this.#refuse(name, asKeelsonError(error).toReason());
      return { entry, identity: null };
    }
  }

  /** Null while the file may still be written; when that ends is noted. */
  async #verified(name: string, entry: Entry): Promise<Judged | null> {
    const unsettledMs = this.#arrivals.unsettledMs(name, entry);
    if (unsettledMs > 0) {
      this.#unsettled(unsettledMs);
      return null;
    }
    const path = this.#path(name);
    const { fs, verify } = this.#options;
    let document: Uint8Array;
    try {
      document = await fs.read(path, largestDocument);
    } catch (error) {
      throw sourceError('KSN-SRC-002', `${path}: ${(error as Error).message}`, { cause: error, element: path });
    }
    const after = await fs.lstat(path).catch(() => null);
    if (after === null || !isSame(after, entry) || !(await this.#arrivals.stillWhole(name, entry))) {
      this.#unsettled(settleMs);
      return null;
    }
    return verify(document, `folder:${path}`);
  }

  #unsettled(ms: number): void {
    this.#unsettledMs = Math.min(this.#unsettledMs ?? ms, ms);
  }

  #refuse(file: string, reason: Reason): void {
    if (history.has(reason.code)) return;
    this.#options.refused(file === '' ? this.#options.folder : this.#path(file), reason);
    const key = `${file}\0${reason.code}\0${reason.message}`;
    if (this.#told.has(key)) return;
    this.#told.add(key);
    const message = file === '' ? reason.message : `${this.#path(file)} is refused: ${reason.message}`;
    this.#options.events.emit({ type: 'SpecRefused', message, reason });
  }

  /** Refused no longer; should it be again, it is told again. */
  #unrefuse(file: string): void {
    this.#options.refused(file === '' ? this.#options.folder : this.#path(file), null);
    for (const key of this.#told) if (key.startsWith(`${file}\0`)) this.#told.delete(key);
  }

  #path(name: string): string {
    return `${this.#options.folder}/${name}`;
  }

  /**
   * Watched anew each time, since the folder may be another by now; the new watch before the old one goes, so that no
   * event is lost between. What is read is read through the rooted file system.
   */
  async #watch(): Promise<void> {
    const { fs, folder } = this.#options;
    const entry = await fs.lstat(folder).catch(() => null);
    const before = this.#watched;
    const id = entry === null ? null : `${entry.device}:${entry.inode}`;
    if (id === null || id !== before?.id) this.#arrivals.forget();
    this.#watched = id === null ? null : this.#watcher(fs.physical(folder), id);
    before?.close();
  }

  #watcher(path: string, id: string): Watch | null {
    try {
      const watcher = watch(path, (type, name) => {
        this.#arrivals.event(type, name);
        this.#changed.resolve();
      });
      // The folder itself went: look again, and watch what is there then.
      watcher.on('error', () => this.#changed.resolve());
      return { id, close: () => watcher.close() };
    } catch {
      return null;
    }
  }

  async #pause(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const { clock, pollMs } = this.#options;
    const over = new AbortController();
    const until = AbortSignal.any([signal, over.signal]);
    const aborted = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    const ms = Math.min(this.#watched === null ? pollMs : Infinity, this.#unsettledMs ?? Infinity);
    const late = ms === Infinity ? aborted : clock.sleep(ms, until).catch(() => {});
    await Promise.race([this.#changed.promise, late, aborted]);
    over.abort();
    this.#changed = Promise.withResolvers();
    if (!signal.aborted) await clock.sleep(settleMs, signal).catch(() => {});
  }
}

/** One watch of the folder, and which folder that was. */
interface Watch {
  readonly id: string;
  close(): void;
}

function unreadable(path: string, error: unknown): Reason {
  return sourceError('KSN-SRC-002', `${path}: ${(error as Error).message}`, { cause: error, element: path }).toReason();
}
