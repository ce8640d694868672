/** The section → addressed items with what each owns alone. */
import { sharedOf, outlineFields, type SharedFields } from '../../desired/shared-fields.ts';
import type { Claim, ExpandContext, Item } from '../kind.ts';
import { completePod, namespaceOf } from './check-pod.ts';
import { hostPortsOf, portClaim } from './host-ports.ts';
import { isObject, type JsonObject } from './json.ts';
import { podBytes } from './manifest.ts';
import { mountsOf } from './mounts.ts';
import { manifestPath, type ManifestState } from './pod-state.ts';
import { readPod, validPod, type PodItemSpec, type RawPod } from './spec.ts';

/**
 * One item a pod: it owns its manifest, its name in its namespace, and its ports of the host. The section must be
 * valid.
 */
export function expandPods(
  section: Readonly<Record<string, unknown>>,
  context: ExpandContext,
): readonly Item<PodItemSpec>[] {
  return Object.entries(section).map(([name, raw]) =>
    expandPod(name, raw as RawPod, validPod(raw as RawPod, name), sharedOf(raw), context),
  );
}

/** Any Pod that can be read has its ports, its name and its mounts, whatever else is wrong with it. */
export function outlinePod(name: string, resource: unknown, context: ExpandContext): Item<PodItemSpec> | null {
  if (!isObject(resource)) return null;
  const raw = resource as RawPod;
  if (raw.content !== undefined && !isObject(raw.content)) return null;
  try {
    const { pod } = readPod(raw);
    return pod === null ? null : expandPod(name, raw, pod, outlineFields(resource), context);
  } catch {
    // Of a shape that its schema has refused.
    return null;
  }
}

function expandPod(
  name: string,
  raw: RawPod,
  given: JsonObject,
  shared: SharedFields,
  context: ExpandContext,
): Item<PodItemSpec> {
  const pod = completePod(given, name);
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
  const namespace = namespaceOf(pod);
  const ports = new Set(hostPortsOf(pod).map((port) => portClaim(port)));
  const path = manifestPath(context.settings.manifestFolder, name, raw.manifest);
  const claims: readonly Claim[] = [`path:${path}`, `pod:${namespace}/${name}`, ...ports];
  return {
    address: `pod:${name}`,
    spec: { path, state, name, namespace, mounts: mountsOf(pod), text: raw.content !== undefined },
    drift: shared.drift,
    claims,
    needs: shared.dependsOn,
    shared,
    contents: new Map([[content, bytes]]),
  };
}
