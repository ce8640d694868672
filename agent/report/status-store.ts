/** The last status on disk, so that `keelson status` has an answer while the agent is down. */
import { FsError } from '../../hostfs/errors.ts';
import type { FileSystem, ReadFileSystem } from '../../hostfs/filesystem.ts';
import type { Clock, Instant } from '../base/clock.ts';
import { asKeelsonError, type Reason } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { printableText } from '../base/printable-text.ts';
import { redactText } from '../base/redact-text.ts';
import { reportError } from './errors.ts';
import { standingOf, type Left, type Standing } from './standing.ts';
import type { NodeStatus } from './status.ts';

export const STATUS_FORMAT = 1;

/** At most one write in this time; the newest wins. A failed one is tried again after it. */
const PAUSE_MS = 1_000;
/**
 * A repair changes the status when it begins and again when it ends, some ten milliseconds later. A write between the
 * two would tell what is over, and have the disk while the repair waits for it.
 */
const REST_MS = 100;
const LARGEST_BYTES = 1024 * 1024;

export interface StatusStoreOptions {
  readonly fs: FileSystem;
  readonly path: string;
  /** 0600 unless others may read it. */
  readonly mode?: number;
  readonly clock: Clock;
  readonly log: Log;
  /** Told after each write, null: it stands on the disk. */
  readonly written?: (failure: Reason | null) => void;
}

interface Pending {
  readonly status: NodeStatus;
  readonly left: Left | undefined;
}

/** Writes the newest status only: what comes while a write is under way replaces what waits. */
export class StatusStore implements AsyncDisposable {
  readonly #options: StatusStoreOptions;
  readonly #closing = new AbortController();
  #pending: Pending | null = null;
  #writing: Promise<void> | null = null;

  constructor(options: StatusStoreOptions) {
    this.#options = options;
  }

  /** Returns at once; the disk follows. `left`: what is not found again yet, for the next start. */
  publish(status: NodeStatus, left?: Left): void {
    this.#pending = { status, left };
    this.#writing ??= this.#write();
  }

  /** Writes what is pending and ends. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    while (this.#writing !== null) await this.#writing;
  }

  async #write(): Promise<void> {
    await this.#pause(REST_MS);
    while (this.#pending !== null) {
      const pending = this.#pending;
      this.#pending = null;
      try {
        await this.#save(pending);
        this.#options.written?.(null);
      } catch (error) {
        this.#pending ??= pending;
        const failure = asKeelsonError(error);
        this.#options.log.error('status-not-written', 'the status could not be written', {
          element: this.#options.path,
          error: failure,
        });
        this.#options.written?.(failure.toReason());
        if (this.#closing.signal.aborted) break;
      }
      await this.#pause(PAUSE_MS);
    }
    this.#writing = null;
  }

  #pause(ms: number): Promise<void> {
    return this.#options.clock.sleep(ms, this.#closing.signal).catch(() => {});
  }

  async #save(pending: Pending): Promise<void> {
    const { fs, path, mode = 0o600, clock } = this.#options;
    const text = `${JSON.stringify({ format: STATUS_FORMAT, writtenAt: clock.now(), ...pending }, safe)}\n`;
    try {
      await fs.writeDurably(path, Buffer.from(text), { mode, uid: 0, gid: 0 });
    } catch (error) {
      throw error instanceof FsError
        ? reportError('KSN-REPORT-002', error.message, { element: path, cause: error })
        : error;
    }
  }
}

/** `writtenAt` is the wall time of the write. */
export interface StoredStatus {
  readonly writtenAt: Instant;
  readonly status: NodeStatus;
  /** What was said before it, and not found again yet. */
  readonly left?: Left | undefined;
}

const ASK_AS_ROOT =
  'Run it as root: what the agent leaves on disk is for root alone. While the agent runs, its readers may ask it too: join the group keelson (sockets.group).';

/** Null where no agent ever wrote one. @throws KSN-REPORT-004 */
export async function readStoredStatus(
  fs: Pick<ReadFileSystem, 'lstat' | 'read'>,
  path: string,
): Promise<StoredStatus | null> {
  try {
    if ((await fs.lstat(path)) === null) return null;
    const stored: unknown = JSON.parse(Buffer.from(await fs.read(path, LARGEST_BYTES)).toString('utf8'));
    if (isStored(stored)) return { writtenAt: stored.writtenAt, status: stored.status, left: stored.left };
  } catch (error) {
    const why = error instanceof FsError ? error.message : 'no JSON';
    const isDenied = error instanceof FsError && error.code === 'DENIED';
    throw reportError('KSN-REPORT-004', `${path}: ${why}`, {
      element: path,
      cause: error,
      ...(isDenied && { remedy: ASK_AS_ROOT }),
    });
  }
  throw reportError('KSN-REPORT-004', `${path} was written by another release`, { element: path });
}

/** For the agent that starts: what was said last; null where nobody knows, which costs the ages alone. */
export async function readStanding(fs: ReadFileSystem, path: string): Promise<Standing | null> {
  try {
    const stored = await readStoredStatus(fs, path);
    return stored === null ? null : standingOf(stored.status, stored.left);
  } catch {
    return null;
  }
}

function isStored(value: unknown): value is StoredStatus & { readonly format: number } {
  if (typeof value !== 'object' || value === null) return false;
  const { format, writtenAt, status } = value as Readonly<Record<string, unknown>>;
  if (format !== STATUS_FORMAT || typeof writtenAt !== 'number' || typeof status !== 'object' || status === null)
    return false;
  const { node, verdict, resources } = status as Readonly<Record<string, unknown>>;
  return typeof node === 'string' && typeof verdict === 'string' && Array.isArray(resources);
}

function safe(_: string, value: unknown): unknown {
  return typeof value === 'string' ? redactText(printableText(value)) : value;
}
