/** What is at the manifests of many targets. Never writes. */
import { joinPath } from '../../../hostfs/path.ts';
import { unreadable } from '../errors.ts';
import { ThirdStateError, type Address, type Observation, type ReadHost, type State, type Target } from '../kind.ts';
import { entryAt, stateOf } from '../path-observe.ts';
import { wordsOf, type Words } from '../path-owner.ts';
import type { PathState } from '../path-state.ts';
import { podReason } from './errors.ts';
import { withPod } from './found-manifest.ts';
import { foreignParts, isForeign, type ForeignFacts } from './foreign-facts.ts';
import { readForeign } from './foreign-read.ts';
import { decodeManifest } from './manifest.ts';
import { nameOf, pathOfTarget, type PodState } from './pod-state.ts';
import type { PodItemSpec } from './spec.ts';

type PodTarget = Target<PodItemSpec, PodState>;

/** Kubelet reads no manifest beyond this. */
const LARGEST = 10 * 1024 * 1024;

/** One after the other. What cannot be read is unknown, never absent. Rejects with the reason of the signal. */
export async function observePods(
  at: readonly PodTarget[],
  host: ReadHost,
  signal: AbortSignal,
): Promise<ReadonlyMap<Address, Observation<PodState>>> {
  const managed = new Set(
    at.flatMap(({ item }) => (item === null ? [] : [`${item.spec.namespace}/${item.spec.name}`])),
  );
  const seen = new Map<Address, Observation<PodState>>();
  for (const target of at) {
    signal.throwIfAborted();
    seen.set(target.address, await observeOne(target, managed, host, signal));
  }
  return seen;
}

async function observeOne(
  target: PodTarget,
  managed: ReadonlySet<string>,
  host: ReadHost,
  signal: AbortSignal,
): Promise<Observation<PodState>> {
  const { address, item, owned } = target;
  try {
    if (isForeign(address)) return { state: await foreignAt(address, managed, host, signal) };
    const path = pathOfTarget(target, host.settings);
    const words = wordsOf(item?.spec.state, owned?.last, owned?.original);
    const { state, bytes } = await manifestAt(path, words, host, address, signal);
    if (item === null || bytes === undefined || state?.type !== 'file') return { state };
    return { state: withPod(state, bytes, nameOf(address), (some) => host.fingerprint(some)) };
  } catch (error) {
    if (error instanceof ThirdStateError)
      return { unknown: podReason('KSN-POD-017', `${address} is being replaced`, { element: address }) };
    return { unknown: unreadable(error, address).toReason() };
  }
}

interface AtPath {
  /** A manifest of ours by its Pod and nonce; any other thing as what it is. */
  readonly state: State<PodState>;
  /** The same thing, a manifest by its very bytes. */
  readonly raw: State<PathState>;
  /** Of a manifest of ours. */
  readonly pod?: Uint8Array;
  /** Of any other file that kubelet would read. */
  readonly bytes?: Uint8Array;
}

/**
 * The Pod where a manifest of ours is there, the file itself otherwise. @throws ThirdStateError where it is replaced
 * between two looks
 */
export async function manifestAt(
  path: string,
  words: Words,
  host: ReadHost,
  address: Address,
  signal: AbortSignal,
): Promise<AtPath> {
  const raw = stateOf(await entryAt(path, host, signal), words, host);
  if (raw?.type !== 'file' || raw.size > LARGEST) return { state: raw, raw };
  const bytes = await host.fs.read(path, LARGEST);
  // Replaced between the two looks; it is seen again soon.
  if (host.fingerprint(bytes) !== raw.content) throw new ThirdStateError(address);
  const manifest = decodeManifest(bytes, (some) => host.fingerprint(some));
  if (manifest === null) return { state: raw, raw, bytes };
  const state: PodState = { ...raw, content: host.fingerprint(manifest.pod), nonce: manifest.nonce };
  return { state, raw, pod: manifest.pod };
}

async function foreignAt(
  address: Address,
  managed: ReadonlySet<string>,
  host: ReadHost,
  signal: AbortSignal,
): Promise<State<PodState>> {
  const { file, content } = foreignParts(address);
  const path = joinPath(host.settings.manifestFolder, file);
  const state = stateOf(await entryAt(path, host, signal), wordsOf(), host);
  if (state === null || state.type === 'directory') return null;
  // Other content under the same name has an address of its own.
  if (content !== undefined && (state.type !== 'file' || !state.content.startsWith(`hmac:${content}`))) return null;
  // A node that is told of no pod (no spec yet, a lost journal) must not take away what may be its own.
  const policy = managed.size === 0 ? 'report' : host.settings.foreignManifests;
  const facts: Omit<ForeignFacts, 'is'> = { policy, path };
  if (state.type === 'other') return { ...state, foreign: { ...facts, is: 'other' } };
  if (state.type === 'link' || state.type === 'large' || state.size > LARGEST)
    return { ...state, foreign: { ...facts, is: 'unread' } };
  const read = readForeign(await host.fs.read(path, LARGEST));
  if ('malformed' in read) return { ...state, foreign: { ...facts, is: 'malformed', why: read.malformed } };
  return { ...state, foreign: { ...facts, is: managed.has(read.pod) ? 'duplicate' : 'manifest', pod: read.pod } };
}
