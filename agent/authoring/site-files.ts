/** What lies in a site, read once each: plain files in plain folders, and nothing outside. Paths are of the site: `roles/lb.yaml`. */
import { posix } from 'node:path';
import { nearest, quoted } from '../base/words.ts';
import { LIMITS } from '../desired/limits.ts';
import { FsError } from '../../hostfs/errors.ts';
import type { Entry, ReadFileSystem } from '../../hostfs/filesystem.ts';
import type { BuildCode } from './errors.ts';

/** Why a file was not read; who asked for it knows the place. */
export interface FileFault {
  readonly code: BuildCode;
  readonly message: string;
  readonly remedy?: string;
}

export type FileRead =
  | { readonly bytes: Uint8Array; readonly fault?: undefined }
  | { readonly fault: FileFault; readonly bytes?: undefined };

/** The root of `fs` is the site. */
export class SiteFiles {
  readonly fs: ReadFileSystem;
  readonly #entries = new Map<string, Promise<Entry | null>>();
  readonly #read = new Map<string, Promise<FileRead>>();

  constructor(fs: ReadFileSystem) {
    this.fs = fs;
  }

  /** Every file is read once, however many nodes are made of it. */
  read(path: string): Promise<FileRead> {
    const known = this.#read.get(path);
    if (known !== undefined) return known;
    const reading = this.#readNow(path);
    this.#read.set(path, reading);
    return reading;
  }

  /** Everything that was asked for, sorted. */
  get readPaths(): readonly string[] {
    return [...this.#read.keys()].toSorted();
  }

  /** Names in a folder, sorted; empty where it is none. */
  async list(folder: string): Promise<readonly string[]> {
    return (await this.#entry(folder))?.type === 'directory' ? this.fs.list(`/${folder}`) : [];
  }

  async #readNow(path: string): Promise<FileRead> {
    try {
      const fault = await this.#faultOf(path);
      return fault === null ? { bytes: await this.fs.read(`/${path}`, LIMITS.bytes) } : { fault };
    } catch (error) {
      if (!(error instanceof FsError)) throw error;
      if (error.code === 'TOO_LARGE')
        return { fault: { code: 'KSN-BUILD-015', message: `${path} is larger than ${LIMITS.bytes} bytes` } };
      return { fault: { code: 'KSN-BUILD-002', message: `${path} cannot be read: ${error.message}` } };
    }
  }

  /** Each part of the way is looked at: a link anywhere on it may lead out of the site, today or tomorrow. */
  async #faultOf(path: string): Promise<FileFault | null> {
    const parts = path.split('/');
    for (const [at, name] of parts.entries()) {
      const here = parts.slice(0, at + 1).join('/');
      const entry = await this.#entry(here);
      if (entry === null) return this.#missing(path, parts.slice(0, at).join('/'), name);
      if (entry.type === 'link') return { code: 'KSN-BUILD-003', message: `${here} is a symbolic link` };
      const wanted = at === parts.length - 1 ? 'file' : 'directory';
      if (entry.type !== wanted)
        return {
          code: 'KSN-BUILD-014',
          message: `${here} is ${entry.type === 'directory' ? 'a folder' : `no ${wanted}`}`,
        };
    }
    return null;
  }

  async #missing(path: string, folder: string, name: string): Promise<FileFault> {
    const guess = nearest(name, await this.fs.list(`/${folder}`));
    const meant = guess === undefined ? '' : `; did you mean ${quoted(posix.join(folder, guess))}?`;
    return { code: 'KSN-BUILD-002', message: `there is no ${path}${meant}` };
  }

  #entry(path: string): Promise<Entry | null> {
    const known = this.#entries.get(path);
    if (known !== undefined) return known;
    const looking = this.fs.lstat(`/${path}`);
    this.#entries.set(path, looking);
    return looking;
  }
}

/** A path as somebody wrote it in a layer → a path of the site, or why it is none. `folder`: where it begins. */
export function sitePath(folder: string, written: string): { readonly path: string } | { readonly fault: FileFault } {
  const path = posix.normalize(posix.join(folder, written));
  if (written === '' || written.includes('\0') || written.endsWith('/') || path === '.')
    return { fault: { code: 'KSN-BUILD-014', message: `${quoted(written)} names no file` } };
  if (written.startsWith('/') || path === '..' || path.startsWith('../'))
    return { fault: { code: 'KSN-BUILD-003', message: `${quoted(written)} leads out of the site` } };
  return { path };
}
