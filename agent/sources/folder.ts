/**
 * Specs that lie in a folder of the node: `*.dsse.json` envelopes, and plain documents where the configuration allows
 * them. The newest generation is handed to the engine; what is refused becomes an event, once.
 */
import { watch } from 'node:fs';
import type { Clock } from '../base/clock.ts';
import { asKeelsonError, type ErrorCode, type Reason } from '../base/errors.ts';
import type { ReadFileSystem } from '../../hostfs/filesystem.ts';
import type { EventSink } from '../report/events.ts';
import type { SpecIdentity, VerifiedSpec } from '../verify/verified-spec.ts';
import { choose, type Candidate } from './choose.ts';
import { sourceError } from './errors.ts';

export interface Judged {
  readonly spec: VerifiedSpec;
  /** It was accepted before: nothing is to be done. */
  readonly already: boolean;
}

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

/** A document is often written in more than one step. */
const settleMs = 20;
const largestDocument = 2 * 1024 * 1024;
const documentName = /^[^.].*[.](?:dsse[.]json|json|ya?ml)$/u;

/** Older than what was accepted, or below its floor: a folder may keep what was; that is no alarm. */
const history: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['KSN-VERIFY-009', 'KSN-VERIFY-012']);

/** What is known of a file: the stat it had, and what came of it. */
interface Known {
  readonly stamp: string;
  readonly identity: SpecIdentity | null;
}

export class FolderSource {
  readonly #options: FolderSourceOptions;
  #known = new Map<string, Known>();
  /** Digest and outcome of what was handed over last, so that nothing is handed over twice. */
  #handed: string | null = null;
  /** Refusals that were told, by file and stamp. */
  #told = new Set<string>();
  readonly #looked = Promise.withResolvers<void>();
  #changed = Promise.withResolvers<void>();

  constructor(options: FolderSourceOptions) {
    this.#options = options;
  }

  /** Resolves when the first look of {@link run} has ended. */
  get looked(): Promise<void> {
    return this.#looked.promise;
  }

  /** Looks until aborted. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      using watching = this.#watch();
      await this.look();
      this.#looked.resolve();
      await this.#pause(watching.active ? undefined : this.#options.pollMs, signal);
    }
  }

  /** Trust roots or policy changed: what was refused may be accepted now. */
  reconsider(): void {
    this.#known.clear();
    this.#told.clear();
    this.#handed = null;
    this.#changed.resolve();
  }

  async look(): Promise<void> {
    const candidates = await this.#candidates();
    const { chosen, others } = choose(candidates, this.#options.followed());
    for (const other of others) {
      const message = `${other.file} is of series ${other.series}, this node follows ${chosen?.series ?? this.#options.followed() ?? 'none'}`;
      this.#refuse(other.file, sourceError('KSN-SRC-001', message, { element: other.file }).toReason());
    }
    if (chosen === null || chosen.digest === this.#handed) return;
    this.#handed = chosen.digest;
    await this.#hand(chosen.file);
  }

  /** Read and verified once more: what is handed over is what the file holds now. */
  async #hand(file: string): Promise<void> {
    try {
      const { spec, already } = await this.#verified(file);
      if (!already) await this.#options.accept(spec);
    } catch (error) {
      this.#refuse(file, asKeelsonError(error).toReason());
    }
  }

  async #candidates(): Promise<Candidate[]> {
    const names = await this.#names();
    const known = new Map<string, Known>();
    for (const name of names) {
      const stamp = await this.#stamp(name);
      if (stamp === null) continue;
      const before = this.#known.get(name);
      known.set(name, before?.stamp === stamp ? before : { stamp, identity: await this.#identify(name) });
    }
    for (const name of this.#known.keys()) if (!known.has(name)) this.#options.refused(this.#path(name), null);
    this.#known = known;
    return [...known].flatMap(([file, { identity }]) => (identity === null ? [] : [{ file, ...identity }]));
  }

  async #names(): Promise<readonly string[]> {
    try {
      return (await this.#options.fs.list(this.#options.folder)).filter((name) => documentName.test(name));
    } catch (error) {
      this.#refuse('', unreadable(this.#options.folder, error));
      return [];
    }
  }

  async #stamp(name: string): Promise<string | null> {
    const entry = await this.#options.fs.lstat(this.#path(name)).catch(() => null);
    return entry === null ? null : `${entry.inode}:${entry.size}:${entry.modifiedMs}`;
  }

  async #identify(name: string): Promise<SpecIdentity | null> {
    try {
      const { series, generation, digest } = (await this.#verified(name)).spec;
      this.#options.refused(this.#path(name), null);
      return { series, generation, digest };
    } catch (error) {
      this.#refuse(name, asKeelsonError(error).toReason());
      return null;
    }
  }

  async #verified(name: string): Promise<Judged> {
    const path = this.#path(name);
    let document: Uint8Array;
    try {
      document = await this.#options.fs.read(path, largestDocument);
    } catch (error) {
      throw sourceError('KSN-SRC-002', `${path}: ${(error as Error).message}`, { cause: error, element: path });
    }
    return this.#options.verify(document, `folder:${path}`);
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

  #path(name: string): string {
    return `${this.#options.folder}/${name}`;
  }

  /** A hint only: what is read is read through the rooted file system. */
  #watch(): Disposable & { readonly active: boolean } {
    try {
      const watcher = watch(this.#options.fs.physical(this.#options.folder));
      watcher.on('change', () => this.#changed.resolve());
      // The folder itself went: look again, and watch what is there then.
      watcher.on('error', () => this.#changed.resolve());
      return { active: true, [Symbol.dispose]: () => watcher.close() };
    } catch {
      return { active: false, [Symbol.dispose]: () => {} };
    }
  }

  async #pause(ms: number | undefined, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const { clock } = this.#options;
    const over = new AbortController();
    const until = AbortSignal.any([signal, over.signal]);
    const aborted = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    const late = ms === undefined ? aborted : clock.sleep(ms, until).catch(() => {});
    await Promise.race([this.#changed.promise, late, aborted]);
    over.abort();
    this.#changed = Promise.withResolvers();
    if (!signal.aborted) await clock.sleep(settleMs, signal).catch(() => {});
  }
}

function unreadable(path: string, error: unknown): Reason {
  return sourceError('KSN-SRC-002', `${path}: ${(error as Error).message}`, { cause: error, element: path }).toReason();
}
