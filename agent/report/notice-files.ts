/** The two files that a login (pam_motd) and a console (agetty) show, written whole or not at all. */
import type { FileSystem } from '../../hostfs/filesystem.ts';
import { parentPath } from '../../hostfs/path.ts';
import { asKeelsonError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';

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

  constructor(options: NoticeFilesOptions) {
    this.#options = options;
  }

  /** Null: nothing is to be seen. False: not all of it could be written, which is told in the log. */
  async show(lines: readonly string[] | null): Promise<boolean> {
    const { paths, log } = this.#options;
    const text = lines === null ? null : `${lines.join('\n')}\n`;
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

/** agetty(8) obeys what follows a backslash, and a console of a machine in trouble may have no more than ASCII. */
export function consoleText(text: string): string {
  return text.replaceAll('…', '...').replaceAll(/[^\n\u0020-\u005B\u005D-\u007E]/gu, '?');
}
