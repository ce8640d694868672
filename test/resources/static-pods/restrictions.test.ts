import t from 'tap';
import { checkPod } from '../../../agent/resources/static-pods/check-pod.ts';
import { parsePod } from '../../../agent/resources/static-pods/parse-pod.ts';
import { fixture, found, pod } from './pods.ts';

for (const name of ['haproxy', 'keepalived']) {
  t.test(`the ${name} pod of a real load balancer passes`, async (t) => {
    const parsed = parsePod(Buffer.from(fixture(name)));
    t.same(parsed.findings, []);
    t.same(parsed.pod === null ? null : checkPod(parsed.pod, name), []);
  });
}

t.test('the small pod passes', async (t) => t.same(found(pod()), []));

t.test('unknown fields are refused with the path and what was meant', async (t) => {
  const given = pod({
    spec: { contianers: [], hostNetwrok: true },
    container: { volumeMount: [], resources: { limit: {} } },
  });
  t.same(found(given).toSorted(), [
    'KSN-POD-002 spec.containers[0].resources.limit',
    'KSN-POD-002 spec.containers[0].volumeMount',
    'KSN-POD-002 spec.contianers',
    'KSN-POD-002 spec.hostNetwrok',
  ]);
  const messages = checkPod(given, 'web')
    .map(({ message, remedy }) => `${message} ${remedy}`)
    .join('\n');
  for (const meant of ['containers', 'hostNetwork', 'volumeMounts', 'limits']) t.match(messages, `Write ${meant}.`);
});

t.test('a field named like a member of every object is unknown too', async (t) => {
  t.same(found(pod({ spec: { constructor: 1, toString: 2 } })), [
    'KSN-POD-002 spec.constructor',
    'KSN-POD-002 spec.toString',
  ]);
});

t.test('wrong types, enums, missing fields: all at once, without the values', async (t) => {
  const given = pod({
    container: {
      env: [{ name: 'PIN', value: 918_273 }],
      imagePullPolicy: 'always',
      ports: [{ hostPort: 1 }],
      tty: 'yes',
    },
    spec: { priority: 2 ** 31, volumes: [{ name: 'x', emptyDir: { sizeLimit: '16 MB' } }] },
  });
  t.same(found(given).toSorted(), [
    'KSN-POD-002 spec.containers[0].env[0].value',
    'KSN-POD-002 spec.containers[0].imagePullPolicy',
    'KSN-POD-002 spec.containers[0].ports[0]',
    'KSN-POD-002 spec.containers[0].tty',
    'KSN-POD-002 spec.priority',
    'KSN-POD-002 spec.volumes[0].emptyDir.sizeLimit',
  ]);
  t.notMatch(JSON.stringify(checkPod(given, 'web')), '918273');
});

/** Each restriction of a static pod with the smallest pod that breaks it. */
const refused: readonly (readonly [string, Parameters<typeof pod>[0], readonly string[]])[] = [
  ['a fixed uid', { metadata: { uid: 'a' } }, ['KSN-POD-005 metadata.uid']],
  ['a generated name', { metadata: { generateName: 'a-' } }, ['KSN-POD-005 metadata.generateName']],
  ['managed fields', { metadata: { managedFields: [] } }, ['KSN-POD-005 metadata.managedFields']],
  ['owners', { metadata: { ownerReferences: [] } }, ['KSN-POD-005 metadata.ownerReferences']],
  ['finalizers', { metadata: { finalizers: ['a/b'] } }, ['KSN-POD-005 metadata.finalizers']],
  ['a resource version', { metadata: { resourceVersion: '1' } }, ['KSN-POD-005 metadata.resourceVersion']],
  ['a status', { top: { status: {} } }, ['KSN-POD-005 status']],
  ['a node name', { spec: { nodeName: 'lb-a' } }, ['KSN-POD-005 spec.nodeName']],
  ['a node selector', { spec: { nodeSelector: { role: 'lb' } } }, ['KSN-POD-005 spec.nodeSelector']],
  ['affinity', { spec: { affinity: {} } }, ['KSN-POD-005 spec.affinity']],
  ['readiness gates', { spec: { readinessGates: [{ conditionType: 'a' }] } }, ['KSN-POD-005 spec.readinessGates']],
  ['a service account', { spec: { serviceAccountName: 'a' } }, ['KSN-POD-004 spec.serviceAccountName']],
  [
    'a mounted token',
    { spec: { automountServiceAccountToken: true } },
    ['KSN-POD-004 spec.automountServiceAccountToken'],
  ],
  ['pull secrets', { spec: { imagePullSecrets: [{ name: 'a' }] } }, ['KSN-POD-004 spec.imagePullSecrets']],
  ['resource claims', { spec: { resourceClaims: [{ name: 'a' }] } }, ['KSN-POD-004 spec.resourceClaims']],
  [
    'claims of a container',
    { container: { resources: { claims: [{ name: 'a' }] } } },
    ['KSN-POD-004 spec.containers[0].resources.claims'],
  ],
  ['a runtime class', { spec: { runtimeClassName: 'kata' } }, ['KSN-POD-004 spec.runtimeClassName']],
  [
    'ephemeral containers',
    { spec: { ephemeralContainers: [{ name: 'a' }] } },
    ['KSN-POD-005 spec.ephemeralContainers'],
  ],
  ['a config map', volume({ configMap: { name: 'a' } }), ['KSN-POD-004 spec.volumes[0].configMap']],
  ['a secret', volume({ secret: { secretName: 'a' } }), ['KSN-POD-004 spec.volumes[0].secret']],
  [
    'a volume claim',
    volume({ persistentVolumeClaim: { claimName: 'a' } }),
    ['KSN-POD-004 spec.volumes[0].persistentVolumeClaim'],
  ],
  ['a CSI volume', volume({ csi: { driver: 'a' } }), ['KSN-POD-004 spec.volumes[0].csi']],
  ['an ephemeral volume', volume({ ephemeral: {} }), ['KSN-POD-004 spec.volumes[0].ephemeral']],
  ['a plug-in of the past', volume({ gitRepo: { repository: 'a' } }), ['KSN-POD-004 spec.volumes[0].gitRepo']],
  [
    'a secret of a volume',
    volume({ iscsi: { iqn: 'a', lun: 0, targetPortal: 'b', secretRef: { name: 'c' } } }),
    ['KSN-POD-004 spec.volumes[0].iscsi.secretRef'],
  ],
  [
    'a projected token',
    projected({ serviceAccountToken: { path: 'a' } }),
    ['KSN-POD-004 spec.volumes[0].projected.sources[0].serviceAccountToken'],
  ],
  [
    'a projected config map',
    projected({ configMap: { name: 'a' } }),
    ['KSN-POD-004 spec.volumes[0].projected.sources[0].configMap'],
  ],
  [
    'env of a secret',
    { container: { env: [{ name: 'A', valueFrom: { secretKeyRef: { key: 'a' } } }] } },
    ['KSN-POD-004 spec.containers[0].env[0].valueFrom.secretKeyRef'],
  ],
  [
    'env of a config map',
    { container: { envFrom: [{ configMapRef: { name: 'a' } }] } },
    ['KSN-POD-004 spec.containers[0].envFrom[0].configMapRef'],
  ],
  ['another name', { metadata: { name: 'other' } }, ['KSN-POD-006 metadata.name']],
  [
    'our annotation',
    { metadata: { annotations: { 'keelson.dev/nonce': 'a' } } },
    ['KSN-POD-005 metadata.annotations["keelson.dev/nonce"]'],
  ],
  [
    "kubelet's annotation",
    { metadata: { annotations: { 'kubernetes.io/config.mirror': 'a' } } },
    ['KSN-POD-005 metadata.annotations["kubernetes.io/config.mirror"]'],
  ],
  ['a class nobody resolves', { spec: { priorityClassName: 'gold' } }, ['KSN-POD-008 spec.priorityClassName']],
  [
    'a class with another number',
    { spec: { priorityClassName: 'system-node-critical', priority: 1 } },
    ['KSN-POD-008 spec.priority'],
  ],
  [
    'a prefixed capability',
    capability('CAP_NET_ADMIN'),
    ['KSN-POD-009 spec.containers[0].securityContext.capabilities.add[0]'],
  ],
  [
    'a capability in small letters',
    capability('net_admin'),
    ['KSN-POD-009 spec.containers[0].securityContext.capabilities.add[0]'],
  ],
];

function volume(source: object): Parameters<typeof pod>[0] {
  return { spec: { volumes: [{ name: 'v', ...source }] } };
}

function projected(source: object): Parameters<typeof pod>[0] {
  return { spec: { volumes: [{ name: 'v', projected: { sources: [{ ...source }] } }] } };
}

function capability(name: string): Parameters<typeof pod>[0] {
  return { container: { securityContext: { capabilities: { add: [name] } } } };
}

for (const [what, changes, expected] of refused) {
  t.test(`refused: ${what}`, async (t) => t.same(found(pod(changes)), expected));
}

/** What only kubelet's own validation knows; it would delete the running pod over these. */
const invalid: readonly (readonly [string, Parameters<typeof pod>[0], readonly string[]])[] = [
  ['no containers', { spec: { containers: [] } }, ['KSN-POD-003 spec.containers']],
  ['no image', { container: { image: '' } }, ['KSN-POD-003 spec.containers[0].image']],
  ['a container name in capitals', { container: { name: 'Web' } }, ['KSN-POD-003 spec.containers[0].name']],
  [
    'a mount of nothing',
    { container: { volumeMounts: [{ name: 'x', mountPath: '/x' }] } },
    ['KSN-POD-003 spec.containers[0].volumeMounts[0].name'],
  ],
  ['a volume without source', { spec: { volumes: [{ name: 'x' }] } }, ['KSN-POD-003 spec.volumes[0]']],
  ['a relative host path', volume({ hostPath: { path: 'etc' } }), ['KSN-POD-003 spec.volumes[0].hostPath.path']],
  [
    'a host path of an unknown type',
    volume({ hostPath: { path: '/etc', type: 'Dir' } }),
    ['KSN-POD-002 spec.volumes[0].hostPath.type'],
  ],
  [
    'a port that is none',
    { container: { ports: [{ containerPort: 70_000 }] } },
    ['KSN-POD-003 spec.containers[0].ports[0].containerPort'],
  ],
  ['a probe without action', { container: { livenessProbe: {} } }, ['KSN-POD-003 spec.containers[0].livenessProbe']],
  [
    'another host port on the host network',
    { spec: { hostNetwork: true }, container: { ports: [{ containerPort: 1, hostPort: 2 }] } },
    ['KSN-POD-003 spec.containers[0].ports[0].hostPort'],
  ],
  ['another kind', { top: { kind: 'PodList' } }, ['KSN-POD-002 kind']],
];

for (const [what, changes, expected] of invalid) {
  t.test(`invalid: ${what}`, async (t) => t.same(found(pod(changes)), expected));
}
