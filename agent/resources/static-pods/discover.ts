/** What lies in the manifest folder and is not ours. Kubelet parses every name there that begins with no dot. */
import { FsError } from '../../../hostfs/errors.ts';
import { joinPath } from '../../../hostfs/path.ts';
import type { Address, Fingerprint, ReadHost, Target } from '../kind.ts';
import { entryAt } from '../path-observe.ts';
import { foreignAddress, isForeign } from './foreign-facts.ts';
import { manifestPath, nameOf, pathOfTarget, type PodState } from './pod-state.ts';
import type { PodItemSpec } from './spec.ts';

/** `known`: the addresses of every kind, in the spec or owned. `at`: the pods among them. */
export async function discoverForeign(
  host: ReadHost,
  known: ReadonlySet<Address>,
  signal: AbortSignal,
  at: readonly Target<PodItemSpec, PodState>[] = [],
): Promise<readonly Target<PodItemSpec, PodState>[]> {
  const { manifestFolder, foreignManifests } = host.settings;
  if (foreignManifests === 'ignore') return [];
  const ours = new Set([
    ...at.filter(({ address }) => !isForeign(address)).map((pod) => pathOfTarget(pod, host.settings)),
    ...[...known].filter(isPod).map((address) => manifestPath(manifestFolder, nameOf(address))),
  ]);
  const quarantines = foreignManifests === 'quarantine' && ours.size > 0;
  const found: Target<PodItemSpec, PodState>[] = [];
  for (const file of await names(manifestFolder, host)) {
    signal.throwIfAborted();
    const path = joinPath(manifestFolder, file);
    if (file.startsWith('.') || ours.has(path) || known.has(`file:${path}`) || known.has(`link:${path}`)) continue;
    const entry = await entryAt(path, host).catch(unreadable);
    // Kubelet does not go into folders.
    if (entry === null || entry?.type === 'directory') continue;
    const kept = quarantines ? (entry?.digest as Fingerprint | undefined) : undefined;
    const address = foreignAddress(file, kept);
    if (!known.has(address)) found.push({ address, item: null, owned: null });
  }
  return found;
}

function isPod(address: Address): boolean {
  return address.startsWith('pod:') && !isForeign(address);
}

/** A folder that cannot be listed hides the managed manifests too, and they say so. */
async function names(folder: string, host: ReadHost): Promise<readonly string[]> {
  return (await host.fs.list(folder).catch(unreadable)) ?? [];
}

/** A failure to look is told by observing what could not be looked at. */
function unreadable(error: unknown): undefined {
  if (!(error instanceof FsError)) throw error;
}
