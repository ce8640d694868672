/** The two files that a login (pam_motd) and a console (agetty) show, written whole or not at all. */
import type { FileSystem, ReadFileSystem } from '../../hostfs/filesystem.ts';
import { parentPath } from '../../hostfs/path.ts';
import { asKeelsonError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { reportError } from './errors.ts';

/** How everything that the agent has ever shown begins: what lies at its path and does not is somebody else's. */
const MARK = 'keelson: ';
/** Of its own files; what is larger is not read to the end. */
const LARGEST = 64 * 1024;

/** Null: that one is off. */
export interface NoticePaths {
  readonly motd: string | null;
  readonly issue: string | null;
}

export interface NoticeFilesOptions {
  readonly fs: FileSystem;
  readonly paths: NoticePaths;
  readonly log: Log;
}

/** Knows where they lie and how, and not what they say. */
export class NoticeFiles {
  readonly #options: NoticeFilesOptions;
  /** Told once, until the path is free again. */
  readonly #told = new Set<string>();

  constructor(options: NoticeFilesOptions) {
    this.#options = options;
  }

  /** Null: nothing is to be seen. False: not all of it could be written, which is told in the log. */
  async show(lines: readonly string[] | null): Promise<boolean> {
    const { fs, paths, log } = this.#options;
    const text = lines === null ? null : `${lines.join('\n')}\n`;
    let done = true;
    for (const [path, content] of [
      [paths.motd, text],
      [paths.issue, text === null ? null : consoleText(text)],
    ] as const) {
      if (path === null) continue;
      try {
        const foreign = await foreignNotice(path, fs);
        if (foreign === null) {
          this.#told.delete(path);
          await this.#put(path, content);
          continue;
        }
        // With nothing to show there is nothing to come back for.
        if (content !== null) done = false;
        if (this.#told.has(path)) continue;
        this.#told.add(path);
        const error = reportError('KSN-REPORT-005', `${path} is ${foreign}, and stays as it is`, { element: path });
        log.warn('notice-not-written', "what lies where a notice belongs is not the agent's", { element: path, error });
      } catch (error) {
        done = false;
        log.warn('notice-not-written', 'what a login or a console shows could not be changed', {
          element: path,
          error: asKeelsonError(error),
        });
      }
    }
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

/** What lies there and is not the agent's to replace or remove, in words; null where nothing does, or its own file. */
export async function foreignNotice(path: string, fs: Pick<ReadFileSystem, 'lstat' | 'read'>): Promise<string | null> {
  const entry = await fs.lstat(path);
  if (entry === null) return null;
  if (entry.type === 'link') return 'a link';
  if (entry.type === 'directory') return 'a directory';
  if (entry.type !== 'file') return 'no file';
  const theirs = 'a file that the agent did not write';
  if (entry.size > LARGEST) return theirs;
  const text = Buffer.from(await fs.read(path, LARGEST)).toString('latin1');
  return text.startsWith(MARK) ? null : theirs;
}

/** agetty(8) obeys what follows a backslash, and a console of a machine in trouble may have no more than ASCII. */
export function consoleText(text: string): string {
  return text.replaceAll('…', '...').replaceAll(/[^\n\u0020-\u005B\u005D-\u007E]/gu, '?');
}
