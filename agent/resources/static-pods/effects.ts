/**
 * What can be done to a pod without talking to kubelet: a restart is a new nonce in its manifest, since kubelet runs
 * what has another UID as another pod. Signals and reloads need the container runtime, whose port a later issue fills.
 */
import { parseMode } from '../../desired/shared-fields.ts';
import { temporaryName, type Effect, type EffectSupport, type Host } from '../kind.ts';
import { wordsOf } from '../path-owner.ts';
import { EffectSkipped } from '../process-effects.ts';
import { renderManifest } from './manifest.ts';
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
  const path = manifestPath(host.settings.manifestFolder, nameOf(target));
  const { state, pod } = await manifestAt(path, wordsOf(), host, target, signal);
  if (!isManifest(state) || pod === undefined)
    throw new EffectSkipped(`${target} has no manifest of ours to restart it by`);
  if (state.nonce !== id) {
    const name = temporaryName(`${id.slice(0, Math.max(0, id.indexOf('/')))}-restart`);
    const entry = await host.fs.lstat(path);
    const attributes = { mode: parseMode(state.mode) ?? 0o600, uid: entry?.uid ?? 0, gid: entry?.gid ?? 0 };
    await host.fs.stage(path, name, renderManifest(pod, state.content, id), attributes);
    await host.fs.publish(path, name);
  }
  await host.fs.flush();
}
