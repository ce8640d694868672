/**
 * What can be done to a pod without talking to kubelet: a restart is a new nonce in its manifest, since kubelet runs
 * what has another UID as another pod. Signals and reloads need the container runtime, whose port a later issue fills.
 */
import { parseMode } from '../../desired/shared-fields.ts';
import type { Attributes } from '../../../hostfs/filesystem.ts';
import { temporaryName, type Address, type Effect, type EffectSupport, type Host } from '../kind.ts';
import { wordsOf } from '../path-owner.ts';
import { EffectSkipped } from '../process-effects.ts';
import { podIn } from './found-manifest.ts';
import { podBytes, renderManifest } from './manifest.ts';
import { MANIFEST_ENDINGS } from './names.ts';
import { manifestAt } from './observe.ts';
import { isManifest, manifestPath, nameOf } from './pod-state.ts';

export const podEffects: EffectSupport = {
  prefixes: ['pod'],
  async run(effect, host, signal) {
    signal.throwIfAborted();
    if (effect.verb !== 'restart')
      throw new EffectSkipped(`nothing here can ${effect.verb} ${effect.target} (no kubelet here)`);
    await restart(effect, host, signal);
  },
};

/** The effect's id is the nonce: run again after a crash it changes nothing, so the pod restarts once. */
async function restart(
  { id, target }: Effect & { readonly id: string },
  host: Host,
  signal: AbortSignal,
): Promise<void> {
  const placed = await placedAs(target, host, signal);
  if (placed === null) throw new EffectSkipped(`${target} has no manifest of ours to restart it by`);
  const { path, pod, nonce, attributes } = placed;
  if (nonce !== id) {
    const name = temporaryName(`${id.slice(0, Math.max(0, id.indexOf('/')))}-restart`);
    await host.fs.stage(path, name, renderManifest(pod, host.fingerprint(pod), id), attributes);
    await host.fs.publish(path, name);
  }
  await host.fs.flush();
}

interface Placed {
  readonly path: string;
  /** Canonical. */
  readonly pod: Uint8Array;
  readonly nonce?: string;
  readonly attributes: Attributes;
}

/** The manifest that we wrote; else the one text of somebody else's with this pod, which becomes ours by the restart. */
async function placedAs(target: Address, host: Host, signal: AbortSignal): Promise<Placed | null> {
  const key = nameOf(target);
  const found: Placed[] = [];
  for (const ending of MANIFEST_ENDINGS) {
    const path = manifestPath(host.settings.manifestFolder, key, key + ending);
    const { state, pod, bytes } = await manifestAt(path, wordsOf(), host, target, signal);
    if (isManifest(state) && pod !== undefined) {
      const entry = await host.fs.lstat(path);
      const attributes = { mode: parseMode(state.mode) ?? 0o600, uid: entry?.uid ?? 0, gid: entry?.gid ?? 0 };
      return { path, pod, nonce: state.nonce, attributes };
    }
    const theirs = bytes === undefined ? null : podIn(bytes, key);
    if (theirs !== null) found.push({ path, pod: podBytes(theirs), attributes: { mode: 0o600, uid: 0, gid: 0 } });
  }
  return found.length === 1 ? (found[0] ?? null) : null;
}
