/** What is at the paths of many targets, read at once. Never writes. */
import { unreadable } from './errors.ts';
import type { Address, Fingerprint, Observation, ReadHost, State, Target } from './kind.ts';
import { groupOf, namesIn, ownerOf, type Names } from './path-owner.ts';
import { pathOf } from './path-key.ts';
import { formatMode, type PathState } from './path-state.ts';

/** Enough to keep a disk busy, few enough to leave descriptors for others. */
const atOnce = 16;

/** `desired`: what the item asks for, since its words for owners are the ones to answer in. */
export async function observePaths<Spec>(
  at: readonly Target<Spec, PathState>[],
  desired: (spec: Spec) => PathState,
  host: ReadHost,
  signal: AbortSignal,
): Promise<ReadonlyMap<Address, Observation<PathState>>> {
  const seen = new Map<Address, Observation<PathState>>();
  const queue = at.values();
  const work = async (): Promise<void> => {
    for (const target of queue) {
      signal.throwIfAborted();
      seen.set(target.address, await observeOne(target, desired, host));
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, at.length) }, work));
  return seen;
}

async function observeOne<Spec>(
  { address, item, owned }: Target<Spec, PathState>,
  desired: (spec: Spec) => PathState,
  host: ReadHost,
): Promise<Observation<PathState>> {
  const names = namesIn([item === null ? null : desired(item.spec), owned?.last ?? null, owned?.original ?? null]);
  try {
    return { state: await stateAt(pathOf(address), names, host) };
  } catch (error) {
    return { unknown: unreadable(error, address).toReason() };
  }
}

/** What is at one path, owners in the given words where these fit. */
export async function stateAt(path: string, names: Names, host: ReadHost): Promise<State<PathState>> {
  const entry = await host.fs.audit(path, () => host.digester());
  if (entry === null) return null;
  if (entry.type === 'link') return { type: 'link', target: entry.target ?? '' };
  if (entry.type === 'other') return { type: 'other' };
  const attributes = {
    mode: formatMode(entry.mode),
    owner: ownerOf(entry.uid, names, host.accounts),
    group: groupOf(entry.gid, names, host.accounts),
    ...(entry.label !== undefined && { label: entry.label }),
  };
  if (entry.type === 'directory') return { type: 'directory', ...attributes };
  // A file that vanished or changed its type between look and open has no digest: like absent, seen again soon.
  if (entry.digest === undefined) return { type: 'other' };
  return { type: 'file', content: entry.digest as Fingerprint, size: entry.size, ...attributes };
}
