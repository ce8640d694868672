/** What lies in the manifest folder and is not ours. Kubelet parses every name there that begins with no dot. */
import { FsError } from '../../../hostfs/errors.ts';
import type { AuditEntry, Entry } from '../../../hostfs/filesystem.ts';
import { joinPath } from '../../../hostfs/path.ts';
import {
  NAMED_FOREIGN,
  type Address,
  type Discovered,
  type Fingerprint,
  type Note,
  type ReadHost,
  type Target,
} from '../kind.ts';
import { entryAt } from '../path-observe.ts';
import { podReason } from './errors.ts';
import { foreignAddress, isForeign, OTHER_FOREIGN } from './foreign-facts.ts';
import { manifestPath, nameOf, pathOfTarget, type PodState } from './pod-state.ts';
import type { PodItemSpec } from './spec.ts';

/** Kubelet runs them meanwhile: more are quarantined at once than would be named. The others follow at the next look. */
const QUARANTINED_AT_ONCE = 200;

/** `known`: the addresses of every kind, in the spec or owned. `at`: the pods among them. */
export async function discoverForeign(
  host: ReadHost,
  known: ReadonlySet<Address>,
  signal: AbortSignal,
  at: readonly Target<PodItemSpec, PodState>[] = [],
): Promise<Discovered<PodItemSpec, PodState>> {
  const { manifestFolder, foreignManifests } = host.settings;
  if (foreignManifests === 'ignore') return { targets: [], more: [] };
  const placed = new Set(at.map(({ address }) => address));
  const ours = new Set([
    ...at.filter(({ address }) => !isForeign(address)).map((pod) => pathOfTarget(pod, host.settings)),
    ...[...known]
      .filter((address) => isPod(address) && !placed.has(address))
      .map((address) => manifestPath(manifestFolder, nameOf(address))),
  ]);
  const quarantines = foreignManifests === 'quarantine' && ours.size > 0;
  const most = quarantines ? QUARANTINED_AT_ONCE : NAMED_FOREIGN;
  const targets: Target<PodItemSpec, PodState>[] = [];
  let others = 0;
  for (const file of await names(manifestFolder, host)) {
    signal.throwIfAborted();
    const path = joinPath(manifestFolder, file);
    if (file.startsWith('.') || ours.has(path) || known.has(`file:${path}`) || known.has(`link:${path}`)) continue;
    const isCounted = targets.length >= most;
    const entry = await (isCounted ? host.fs.lstat(path) : entryAt(path, host, signal)).catch(unreadable);
    // Kubelet does not go into folders.
    if (entry === null || entry?.type === 'directory') continue;
    if (isCounted) {
      others += 1;
      continue;
    }
    const kept = quarantines ? digestOf(entry) : undefined;
    const address = foreignAddress(file, kept);
    if (!known.has(address)) targets.push({ address, item: null, owned: null });
  }
  return { targets, more: others === 0 ? [] : [moreIn(manifestFolder, others)] };
}

function digestOf(entry: AuditEntry | Entry | undefined): Fingerprint | undefined {
  return entry !== undefined && 'digest' in entry ? (entry.digest as Fingerprint) : undefined;
}

function moreIn(folder: string, count: number): Note {
  const message = `${folder} has ${count} more files that no resource names`;
  return {
    address: OTHER_FOREIGN,
    reason: podReason('KSN-POD-012', message, { element: OTHER_FOREIGN }),
    foreign: true,
  };
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
