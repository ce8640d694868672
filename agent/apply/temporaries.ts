/**
 * What a crash left half made: temporaries beside managed paths, named by the change or transaction that staged
 * them, and half-written files of the agent's own store. Nothing else has such names.
 */
import type { KeelsonError } from '../base/errors.ts';
import type { FileSystem } from '../../hostfs/filesystem.ts';
import type { Claim } from '../resources/kind.ts';
import { fromFs } from './fs-errors.ts';
import type { TxId } from './records.ts';

/** Paths that are gone now, and those that stay, each with why. */
export interface Swept {
  readonly removed: readonly string[];
  readonly failed: readonly { readonly path: string; readonly error: KeelsonError }[];
}

/** `.keelson-<tx>-<seq>~` and `.keelson-<tx>.ballast-<n>~`. */
const temporary = /^\.keelson-([0-9a-z]+)[-.].*~$/;

/** The transaction that made it; null: not a temporary of ours. */
export function transactionOf(name: string): TxId | null {
  return temporary.exec(name)?.[1] ?? null;
}

/** Removes temporaries beside the paths claimed, but those of transactions in `keep`, which is asked again for each: one may open meanwhile. */
export async function sweepTemporaries(
  fs: FileSystem,
  claims: Iterable<Claim>,
  keep: Pick<ReadonlySet<TxId>, 'has'>,
): Promise<Swept> {
  return sweep(fs, foldersOf(claims), (name) => {
    const tx = transactionOf(name);
    return tx !== null && !keep.has(tx);
  });
}

/** Removes half-written files of the store: its folder `dir` and those in it. Under the lock, before anything is written. */
export async function sweepStore(fs: FileSystem, dir: string): Promise<Swept> {
  const folders = [dir];
  for (const name of await fs.list(dir)) {
    if ((await fs.lstat(`${dir}/${name}`))?.type === 'directory') folders.push(`${dir}/${name}`);
  }
  return sweep(fs, folders, (name) => name.startsWith('.') && name.endsWith('.new'));
}

/** The folders in which paths of these claims have their temporaries; of a tree, also its top. */
function foldersOf(claims: Iterable<Claim>): ReadonlySet<string> {
  const folders = new Set<string>();
  for (const claim of claims) {
    const [, type, path] = /^(path|tree):(\/.+)$/.exec(claim) ?? [];
    if (path === undefined) continue;
    folders.add(path.slice(0, path.lastIndexOf('/')) || '/');
    if (type === 'tree') folders.add(path);
  }
  return folders;
}

async function sweep(fs: FileSystem, folders: Iterable<string>, ours: (name: string) => boolean): Promise<Swept> {
  const removed: string[] = [];
  const failed: { path: string; error: KeelsonError }[] = [];
  for (const folder of folders) {
    const below = folder === '/' ? '' : folder;
    const attempt = async (path: string, act: () => Promise<void>): Promise<void> => {
      try {
        await act();
      } catch (error) {
        failed.push({ path, error: fromFs(error, path) });
      }
    };
    await attempt(folder, async () => {
      for (const name of (await fs.list(folder)).filter(ours)) {
        await attempt(`${below}/${name}`, async () => {
          await fs.unstage(`${below}/beside`, name);
          removed.push(`${below}/${name}`);
        });
      }
    });
  }
  return { removed, failed };
}
