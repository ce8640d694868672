/** The section → addressed items with what each owns alone. */
import { commonOf } from '../../desired/common-fields.ts';
import type { Claim, ExpandContext, Item } from '../kind.ts';
import { completePod, namespaceOf } from './check-pod.ts';
import { hostPortsOf, portClaim } from './host-ports.ts';
import { podBytes } from './manifest.ts';
import { mountsOf } from './mounts.ts';
import { manifestPath, type ManifestState } from './pod-state.ts';
import { validPod, type PodItemSpec, type RawPod } from './spec.ts';

export function expandPods(
  section: Readonly<Record<string, unknown>>,
  context: ExpandContext,
): readonly Item<PodItemSpec>[] {
  return Object.entries(section).map(([name, raw]) => expandPod(name, raw as RawPod, context));
}

function expandPod(name: string, raw: RawPod, context: ExpandContext): Item<PodItemSpec> {
  const pod = completePod(validPod(raw, name), name);
  const bytes = podBytes(pod);
  const content = context.fingerprint(bytes);
  // Root alone reads it: an environment may hold what not everybody should know.
  const state: ManifestState = {
    type: 'file',
    content,
    size: bytes.length,
    mode: '0600',
    owner: '0',
    group: '0',
    nonce: '',
  };
  const common = commonOf(raw);
  const namespace = namespaceOf(pod);
  const ports = new Set(hostPortsOf(pod).map((port) => portClaim(port)));
  const path = manifestPath(context.settings.manifestFolder, name);
  const claims: readonly Claim[] = [`path:${path}`, `pod:${namespace}/${name}`, ...ports];
  return {
    address: `pod:${name}`,
    spec: { path, state, name, namespace, mounts: mountsOf(pod), text: raw.content !== undefined },
    drift: common.drift,
    claims,
    needs: common.dependsOn,
    common,
    contents: new Map([[content, bytes]]),
  };
}
