/** What is at the paths of many targets, read at once. Never writes. */
import type { AuditEntry } from '../../hostfs/filesystem.ts';
import { unreadable } from './errors.ts';
import type { Address, Fingerprint, Observation, ReadHost, State, Target } from './kind.ts';
import { groupOf, ownerOf, wordsOf, type Words } from './path-owner.ts';
import { pathOf } from './path-key.ts';
import { formatMode, LARGEST_CONTENT, type PathSpec, type PathState } from './path-state.ts';

/** Enough to keep a disk busy, few enough to leave descriptors for others. */
const atOnce = 16;

/** Owners are answered in the words of the item, or of what is owned, where these mean the ids that are there. */
export async function observePaths(
  at: readonly Target<PathSpec, PathState>[],
  host: ReadHost,
  signal: AbortSignal,
): Promise<ReadonlyMap<Address, Observation<PathState>>> {
  const seen = new Map<Address, Observation<PathState>>();
  const queue = at.values();
  const work = async (): Promise<void> => {
    for (const target of queue) {
      signal.throwIfAborted();
      seen.set(target.address, await observeOne(target, host, signal));
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, at.length) }, work));
  return seen;
}

async function observeOne(
  { address, item, owned }: Target<PathSpec, PathState>,
  host: ReadHost,
  signal: AbortSignal,
): Promise<Observation<PathState>> {
  try {
    const entry = await entryAt(pathOf(address), host, signal);
    return { state: stateOf(entry, wordsOf(item?.spec.state, owned?.last, owned?.original), host) };
  } catch (error) {
    return { unknown: unreadable(error, address).toReason() };
  }
}

/** Null: nothing is there. The digest is keyed by the node. @throws FsError, and the reason of the signal */
export function entryAt(path: string, host: ReadHost, signal: AbortSignal): Promise<AuditEntry | null> {
  return host.fs.audit(path, () => host.digester(), { largest: LARGEST_CONTENT, signal });
}

/** The state that an entry is, its owners in the given words where these fit. */
export function stateOf(
  entry: AuditEntry | null,
  words: Words,
  { accounts }: Pick<ReadHost, 'accounts'>,
): State<PathState> {
  if (entry === null) return null;
  if (entry.type === 'link') {
    const { target = '', uid, gid } = entry;
    return { type: 'link', target, ...((uid !== 0 || gid !== 0) && { uid, gid }) };
  }
  if (entry.type === 'other') return { type: 'other' };
  if (entry.undigested === 'too large') return { type: 'large', size: entry.size };
  const attributes = {
    mode: formatMode(entry.mode),
    owner: ownerOf(entry.uid, words, accounts),
    group: groupOf(entry.gid, words, accounts),
    ...(entry.label !== undefined && { label: entry.label }),
  };
  if (entry.type === 'directory') return { type: 'directory', ...attributes };
  // A file that was being replaced between look and open has no digest: seen again soon.
  if (entry.digest === undefined) return { type: 'other' };
  return { type: 'file', content: entry.digest as Fingerprint, size: entry.size, ...attributes };
}
