/** Fields that a static pod must not have, and why; the order is that of the documentation. */
import type { PodCode } from './errors.ts';
import { dotted, type FieldPath, type Finding } from './finding.ts';
import { has, isObject, listAt, objectAt, type Json } from './json.ts';
import { containersOf, isSet, partsOf, volumesOf } from './pod-parts.ts';

interface Refusal {
  readonly path: readonly string[];
  readonly code: PodCode;
  readonly why: string;
  readonly remedy?: string;
}

const serverOwned = 'is written by the API server';
const schedules =
  'is for the scheduler, and nothing schedules a static pod; kubelet rejects it for good where it does not match';

const REFUSED: readonly Refusal[] = [
  // With a fixed uid kubelet compares only container names and images: a change of args, env or volumes is silently
  // not applied (k/k #136931).
  {
    path: ['metadata', 'uid'],
    code: 'KSN-POD-005',
    why: 'fixes the identity, so that later changes are silently not applied',
  },
  {
    path: ['metadata', 'generateName'],
    code: 'KSN-POD-005',
    why: 'needs an API server to make the name',
    remedy: 'Use metadata.name.',
  },
  ...[
    'managedFields',
    'resourceVersion',
    'generation',
    'creationTimestamp',
    'deletionTimestamp',
    'deletionGracePeriodSeconds',
    'selfLink',
  ].map((name): Refusal => ({ path: ['metadata', name], code: 'KSN-POD-005', why: serverOwned })),
  { path: ['metadata', 'ownerReferences'], code: 'KSN-POD-005', why: 'refers to objects of an API server' },
  { path: ['metadata', 'finalizers'], code: 'KSN-POD-005', why: 'waits for controllers that do not exist here' },
  { path: ['status'], code: 'KSN-POD-005', why: 'is written by kubelet' },
  { path: ['spec', 'nodeName'], code: 'KSN-POD-005', why: 'is set by kubelet to its own name' },
  { path: ['spec', 'nodeSelector'], code: 'KSN-POD-005', why: schedules },
  { path: ['spec', 'affinity'], code: 'KSN-POD-005', why: schedules },
  { path: ['spec', 'topologySpreadConstraints'], code: 'KSN-POD-005', why: schedules },
  { path: ['spec', 'schedulerName'], code: 'KSN-POD-005', why: schedules },
  { path: ['spec', 'schedulingGates'], code: 'KSN-POD-005', why: schedules },
  { path: ['spec', 'schedulingGroup'], code: 'KSN-POD-005', why: schedules },
  {
    path: ['spec', 'readinessGates'],
    code: 'KSN-POD-005',
    why: 'waits for conditions that nobody sets here: the pod would never be ready',
  },
  { path: ['spec', 'serviceAccountName'], code: 'KSN-POD-004', why: 'refers to a ServiceAccount' },
  { path: ['spec', 'serviceAccount'], code: 'KSN-POD-004', why: 'refers to a ServiceAccount' },
  {
    path: ['spec', 'imagePullSecrets'],
    code: 'KSN-POD-004',
    why: 'refers to Secrets',
    remedy: "Put the credentials into the runtime's or kubelet's own registry configuration.",
  },
  { path: ['spec', 'resourceClaims'], code: 'KSN-POD-004', why: 'refers to ResourceClaims' },
  { path: ['spec', 'runtimeClassName'], code: 'KSN-POD-004', why: 'refers to a RuntimeClass' },
  {
    path: ['spec', 'ephemeralContainers'],
    code: 'KSN-POD-005',
    why: 'can only be added to a running pod through an API server',
  },
];

/** Volumes that kubelet mounts by itself. Everything else needs an API object, or its driver is long gone. */
const VOLUMES: ReadonlySet<string> = new Set([
  'hostPath',
  'emptyDir',
  'downwardAPI',
  'projected',
  'image',
  'nfs',
  'iscsi',
  'fc',
]);
const NEEDS: Readonly<Record<string, string>> = {
  configMap: 'a ConfigMap',
  secret: 'a Secret',
  persistentVolumeClaim: 'a PersistentVolumeClaim',
  csi: 'a CSI driver object',
  ephemeral: 'a PersistentVolumeClaim',
  serviceAccountToken: 'a ServiceAccount',
  clusterTrustBundle: 'a ClusterTrustBundle',
  podCertificate: 'a certificate signer of an API server',
  configMapRef: 'a ConfigMap',
  secretRef: 'a Secret',
  configMapKeyRef: 'a ConfigMap',
  secretKeyRef: 'a Secret',
};

export function refusedFields(pod: Json): readonly Finding[] {
  return [...fixedFields(pod), ...annotations(pod), ...volumeSources(pod), ...containerReferences(pod)];
}

function fixedFields(pod: Json): readonly Finding[] {
  const findings: Finding[] = [];
  for (const { path, code, why, remedy } of REFUSED) {
    if (!isSet(pod, path)) continue;
    findings.push({ code, path, message: `${dotted(path)} ${why}`, ...(remedy !== undefined && { remedy }) });
  }
  if (objectAt(pod, 'spec')['automountServiceAccountToken'] === true) {
    findings.push(reference(['spec', 'automountServiceAccountToken'], 'a ServiceAccount'));
  }
  return findings;
}

/** Kubelet and Keelson write these themselves; copies of them lie about where the pod comes from. */
function annotations(pod: Json): readonly Finding[] {
  const names = Object.keys(objectAt(objectAt(pod, 'metadata'), 'annotations'));
  return names
    .filter(
      (name) => name.startsWith('keelson.dev/') || /^kubernetes\.io\/config\.(hash|source|seen|mirror)$/.test(name),
    )
    .map((name) => {
      const path = ['metadata', 'annotations', name];
      return {
        code: 'KSN-POD-005',
        path,
        message: `${dotted(path)} is written by ${name.startsWith('keelson') ? 'Keelson' : 'kubelet'}`,
      };
    });
}

function volumeSources(pod: Json): readonly Finding[] {
  const findings: Finding[] = [];
  for (const { path, value } of volumesOf(pod)) {
    if (!isObject(value)) continue;
    for (const source of Object.keys(value)) {
      if (source === 'name') continue;
      if (Object.hasOwn(NEEDS, source)) findings.push(reference([...path, source], NEEDS[source] ?? ''));
      else if (!VOLUMES.has(source)) {
        const at = [...path, source];
        findings.push({
          code: 'KSN-POD-004',
          path: at,
          message: `${dotted(at)} needs a volume plug-in that kubelet no longer has`,
        });
      }
      if (has(value[source], 'secretRef')) findings.push(reference([...path, source, 'secretRef'], 'a Secret'));
    }
    for (const part of partsOf(objectAt(value, 'projected'), 'sources', [...path, 'projected', 'sources'])) {
      for (const source of Object.keys(isObject(part.value) ? part.value : {})) {
        if (Object.hasOwn(NEEDS, source)) findings.push(reference([...part.path, source], NEEDS[source] ?? ''));
      }
    }
  }
  return findings;
}

function containerReferences(pod: Json): readonly Finding[] {
  const findings: Finding[] = [];
  for (const container of containersOf(pod)) {
    for (const env of partsOf(container.value, 'env', [...container.path, 'env'])) {
      for (const source of Object.keys(objectAt(env.value, 'valueFrom'))) {
        if (Object.hasOwn(NEEDS, source))
          findings.push(reference([...env.path, 'valueFrom', source], NEEDS[source] ?? ''));
      }
    }
    for (const from of partsOf(container.value, 'envFrom', [...container.path, 'envFrom'])) {
      for (const source of Object.keys(isObject(from.value) ? from.value : {})) {
        if (Object.hasOwn(NEEDS, source)) findings.push(reference([...from.path, source], NEEDS[source] ?? ''));
      }
    }
    if (listAt(objectAt(container.value, 'resources'), 'claims').length > 0) {
      findings.push(reference([...container.path, 'resources', 'claims'], 'ResourceClaims'));
    }
  }
  return findings;
}

function reference(path: FieldPath, what: string): Finding {
  return {
    code: 'KSN-POD-004',
    path,
    message: `${dotted(path)} needs ${what}, and this node has no API server`,
    ...(/^a (ConfigMap|Secret)$/.test(what) && { remedy: 'Write a managed file and mount its folder by hostPath.' }),
  };
}
