/** What lies in an exclusive directory without being named by the spec. */
import { FsError } from '../../../hostfs/errors.ts';
import { joinPath } from '../../../hostfs/path.ts';
import type { Address, ReadHost, Target } from '../kind.ts';
import { pathOf } from '../path-key.ts';
import type { PathState } from '../path-state.ts';
import type { DirectorySpec } from './spec.ts';

/** `known`: the addresses of every kind, in the spec or owned. `at`: the directories among them. */
export async function discoverForeign(
  host: ReadHost,
  known: ReadonlySet<Address>,
  signal: AbortSignal,
  at: readonly Target<DirectorySpec, PathState>[] = [],
): Promise<readonly Target<DirectorySpec, PathState>[]> {
  const exclusive = at.filter(({ item }) => item?.spec.exclusive === true).map(({ address }) => pathOf(address));
  if (exclusive.length === 0) return [];
  const named = new Set([...known].map(pathOf));
  const foreign: Target<DirectorySpec, PathState>[] = [];
  for (const directory of exclusive) {
    signal.throwIfAborted();
    for (const name of await namesIn(directory, host)) {
      const path = joinPath(directory, name);
      if (named.has(path) || name.startsWith('.keelson-')) continue;
      foreign.push({ address: `directory:${path}`, item: null, owned: null });
    }
  }
  return foreign;
}

/** None where it cannot be listed: what is wrong with the directory is found when that is looked at itself. */
async function namesIn(directory: string, host: ReadHost): Promise<readonly string[]> {
  try {
    return await host.fs.list(directory);
  } catch (error) {
    if (error instanceof FsError) return [];
    throw error;
  }
}
