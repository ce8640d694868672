/** The section → addressed items with what each owns alone. */
import { commonOf } from '../../desired/common-fields.ts';
import type { Claim, ExpandContext, Item } from '../kind.ts';
import { completePod, namespaceOf } from './check-pod.ts';
import { hostPortsOf, portClaim } from './host-ports.ts';
import { podBytes } from './manifest.ts';
import { mountsOf } from './mounts.ts';
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
  const fingerprint = context.fingerprint(bytes);
  const common = commonOf(raw);
  const namespace = namespaceOf(pod);
  const ports = new Set(hostPortsOf(pod).map((port) => portClaim(port)));
  const path = manifestPath(context.settings.manifestFolder, name);
  const claims: readonly Claim[] = [`path:${path}`, `pod:${namespace}/${name}`, ...ports];
  return {
    address: `pod:${name}`,
    spec: { name, namespace, path, pod: fingerprint, mounts: mountsOf(pod), text: raw.content !== undefined },
    drift: common.drift,
    claims,
    needs: common.dependsOn,
    common,
    contents: new Map([[fingerprint, bytes]]),
  };
}

export function manifestPath(folder: string, name: string): string {
  return `${folder}/${name}.json`;
}
