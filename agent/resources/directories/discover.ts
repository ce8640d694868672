/** What lies in an exclusive directory without being named by the spec. */
import { FsError } from '../../../hostfs/errors.ts';
import { joinPath } from '../../../hostfs/path.ts';
import { resourceError } from '../errors.ts';
import { NAMED_FOREIGN, type Address, type Discovered, type Note, type ReadHost, type Target } from '../kind.ts';
import { pathOf } from '../path-key.ts';
import type { PathState } from '../path-state.ts';
import type { DirectorySpec } from './spec.ts';

/** `known`: the addresses of every kind, in the spec or owned. `at`: the directories among them. */
export async function discoverForeign(
  host: ReadHost,
  known: ReadonlySet<Address>,
  signal: AbortSignal,
  at: readonly Target<DirectorySpec, PathState>[] = [],
): Promise<Discovered<DirectorySpec, PathState>> {
  const exclusive = at.filter(({ item }) => item?.spec.exclusive === true).map(({ address }) => pathOf(address));
  if (exclusive.length === 0) return { targets: [], more: [] };
  const named = new Set([...known].map(pathOf));
  const targets: Target<DirectorySpec, PathState>[] = [];
  const more: Note[] = [];
  for (const directory of exclusive) {
    signal.throwIfAborted();
    const foreign = (await namesIn(directory, host)).filter(
      (name) => !name.startsWith('.keelson-') && !named.has(joinPath(directory, name)),
    );
    for (const name of foreign.slice(0, NAMED_FOREIGN))
      targets.push({ address: `directory:${joinPath(directory, name)}`, item: null, owned: null });
    if (foreign.length > NAMED_FOREIGN) more.push(moreIn(directory, foreign.length - NAMED_FOREIGN));
  }
  return { targets, more };
}

function moreIn(directory: string, count: number): Note {
  const address: Address = `directory:${joinPath(directory, '*')}`;
  const message = `${directory} is exclusive, and ${count} more things that no resource names lie in it`;
  return { address, reason: resourceError('KSN-FILE-013', message, { element: address }).toReason(), foreign: true };
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
