/**
 * Starts and how the last one ended, for safe mode: three abnormal exits within ten minutes of one boot mean that
 * something makes the agent die. A file of its own, not the journal: it must count where the journal cannot be
 * read, and may be lost with a power cut, since only exits of this boot count.
 */
import type { Instant } from '../base/clock.ts';
import type { KeelsonError } from '../base/errors.ts';
import type { FileSystem, ReadFileSystem } from '../../hostfs/filesystem.ts';
import { fromFs, isFsError } from './fs-errors.ts';

const window = 10 * 60 * 1000;
const tooMany = 3;

export interface StartOptions {
  readonly pid: number;
  readonly bootId: string;
  readonly now: Instant;
}

/** How this start stands among those of this boot. */
export interface Start {
  /** Abnormal exits in the window, the last one included. */
  readonly abnormal: number;
  /** The last run ended abnormally, as did two before it: safe mode. */
  readonly crashLoop: boolean;
  /** The start could not be written down; the agent goes on without counting this one. */
  readonly failure: KeelsonError | null;
}

interface Marker {
  readonly pid: number;
  readonly bootId: string;
  readonly running: boolean;
  /** When abnormal exits were found. */
  readonly abnormal: readonly Instant[];
}

/** Under the lock, before anything else is tried. */
export async function recordStart(fs: FileSystem, dir: string, { pid, bootId, now }: StartOptions): Promise<Start> {
  const last = await readMarker(fs, dir);
  const died = last !== null && last.running && last.bootId === bootId;
  const before =
    last !== null && last.bootId === bootId ? last.abnormal.filter((at) => Math.abs(now - at) < window) : [];
  const abnormal = died ? [...before, now].slice(-tooMany) : before;
  const failure = await write(fs, dir, { pid, bootId, running: true, abnormal });
  return { abnormal: abnormal.length, crashLoop: died && abnormal.length >= tooMany, failure };
}

/** A clean end. */
export async function recordStop(fs: FileSystem, dir: string): Promise<KeelsonError | null> {
  const last = await readMarker(fs, dir);
  return last === null ? null : write(fs, dir, { ...last, running: false });
}

/** `safe-mode off`: what happened before no longer counts. */
export async function forgetExits(fs: FileSystem, dir: string): Promise<KeelsonError | null> {
  const last = await readMarker(fs, dir);
  return last === null ? null : write(fs, dir, { ...last, abnormal: [] });
}

/** The process that says it runs on this folder, in this boot where one is given; it may be gone. */
export async function runningPid(fs: ReadFileSystem, dir: string, bootId?: string): Promise<number | null> {
  const last = await readMarker(fs, dir).catch(() => null);
  return last?.running === true && last.bootId === (bootId ?? last.bootId) ? last.pid : null;
}

async function readMarker(fs: ReadFileSystem, dir: string): Promise<Marker | null> {
  try {
    const value: unknown = JSON.parse(Buffer.from(await fs.read(`${dir}/running`, 4096)).toString('utf8'));
    return isMarker(value) ? value : null;
  } catch (error) {
    if (error instanceof SyntaxError || isFsError(error)) return null;
    throw error;
  }
}

function isMarker(value: unknown): value is Marker {
  const marker = value as Partial<Record<keyof Marker, unknown>> | null;
  return (
    typeof marker === 'object' &&
    marker !== null &&
    typeof marker.pid === 'number' &&
    typeof marker.bootId === 'string' &&
    typeof marker.running === 'boolean' &&
    Array.isArray(marker.abnormal) &&
    marker.abnormal.every((at) => typeof at === 'number')
  );
}

/** Not flushed: what only counts within a boot need not outlive a power cut. */
async function write(fs: FileSystem, dir: string, marker: Marker): Promise<KeelsonError | null> {
  const path = `${dir}/running`;
  try {
    await fs.stage(path, '.running.new', Buffer.from(`${JSON.stringify(marker)}\n`), { mode: 0o600, uid: 0, gid: 0 });
    await fs.publish(path, '.running.new');
    return null;
  } catch (error) {
    if (!isFsError(error)) throw error;
    return fromFs(error, path);
  }
}
