/** The script of one guard, everything that it will need looked up while the agent is there: paths, bytes, owners. */
import type { FileSystem } from '../../hostfs/filesystem.ts';
import { baseName, joinPath } from '../../hostfs/path.ts';
import type { Change, Fingerprint } from '../resources/kind.ts';
import { hostError } from './errors.ts';
import { effectLines, runCall } from './guard-effects.ts';
import type { GuardFolder } from './guard-folder.ts';
import { guardScript } from './guard-script.ts';
import type { PathUndo, Undo } from './guard-undo.ts';
import { physicalPath, realFolder } from './real-folder.ts';

/** What the script of a guard is made from. */
export interface GuardSources {
  readonly fs: FileSystem;
  readonly stateDir: string;
  readonly bootId: string;
  readonly hasSystemd: boolean;
}

const COMMAND_TIMEOUT_MS = 60_000;
const LARGEST_COPY = 16 * 1024 * 1024;

/** Writes a copy of what is there where the pre-image store has no such bytes; else only looks. */
export async function guardScriptOf(
  change: Change<unknown>,
  undo: Undo,
  { fs, stateDir, bootId, hasSystemd }: GuardSources,
  folder: GuardFolder,
): Promise<string> {
  const physical = (path: string): Promise<string> => physicalPath(fs, path);
  const common = {
    id: change.id,
    guards: fs.physical(await realFolder(fs, joinPath(folder.path, 'x'))),
    bootId,
    effects: await effectLines(change.effects, { physical, hasSystemd }),
  };
  if (undo.by === 'command') {
    const argv = await Promise.all(undo.argv.map(inRoot));
    return guardScript({ ...common, place: null, undo: runCall(0, COMMAND_TIMEOUT_MS, argv) });
  }
  const place = { folder: fs.physical(await realFolder(fs, undo.path)), name: baseName(undo.path) };
  const bytes = undo.bytes === undefined ? [] : [await physical(await pathOfBytes(undo, undo.bytes))];
  return guardScript({ ...common, place, undo: [undo.call, ...bytes, ...undo.words] });

  /** A kind knows paths in the root alone: `{root}/proc/sys`. */
  async function inRoot(word: string): Promise<string> {
    return word.startsWith('{root}/') ? physical(word.slice('{root}'.length)) : word;
  }

  async function pathOfBytes({ path }: PathUndo, which: Fingerprint | 'as they are'): Promise<string> {
    const { id, address } = change;
    if (which === 'as they are') {
      // Armed again after the change was made, what lies there is no longer what it was.
      if (!(await folder.has(id, 'before'))) await folder.write(id, 'before', await fs.read(path, LARGEST_COPY));
      return folder.at(id, 'before');
    }
    const name = /^hmac:([\w-]{43})$/.exec(which)?.[1];
    const saved = joinPath(stateDir, `preimages/${name}`);
    if (name !== undefined && (await fs.lstat(saved))?.type === 'file') return saved;
    const why = `${address} cannot be undone without the agent: its content was not saved`;
    throw hostError('KSN-HOST-005', why, { element: address });
  }
}
