/**
 * A journal that is not there begins anew only where nothing ever was. Specs and contents are put into their stores
 * only when there is a journal to name them; lying there without one, they say that it was lost, and with it what is
 * ours, what was before us, what failed, and which generation is too old. Begun anew, the agent would take over its own
 * work as if somebody else had made it, and accept what it once rolled back.
 */
import type { KeelsonError } from '../base/errors.ts';
import type { ReadFileSystem } from '../../hostfs/filesystem.ts';
import { applyError } from './errors.ts';
import { fromFs } from './fs-errors.ts';

/** Why no journal may be begun in `dir`; null: there is one, or nothing needs it. */
export async function journalLost(fs: ReadFileSystem, dir: string): Promise<KeelsonError | null> {
  const path = `${dir}/journal`;
  try {
    if ((await fs.lstat(path)) !== null) return null;
    for (const store of ['specs', 'preimages']) {
      const folder = `${dir}/${store}`;
      if ((await fs.lstat(folder)) === null) continue;
      const names = await fs.list(folder);
      // What a write left half made stands under a dot-name.
      if (names.some((name) => !name.startsWith('.')))
        return applyError('KSN-APPLY-008', `The journal ${path} is gone, while ${folder} holds what it speaks of.`, {
          element: path,
        });
    }
    return null;
  } catch (error) {
    throw fromFs(error, path);
  }
}
