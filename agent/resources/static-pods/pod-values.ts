/**
 * Values that the schema lets pass and kubelet refuses. It matters more than elsewhere: kubelet keeps no last known
 * good, a manifest it refuses deletes the pod that runs (static-pods facts 1).
 */
import { dotted, type FieldPath, type Finding } from './finding.ts';
import { has, isObject, listAt, numberAt, objectAt, textAt, type Json, type JsonObject } from './json.ts';
import { isDnsLabel, isLabelValue, isQualifiedName } from './names.ts';
import { containersOf, partsOf, volumesOf, type Part } from './pod-parts.ts';

export function valueFindings(pod: JsonObject): readonly Finding[] {
  const findings: Finding[] = [];
  const say = (path: FieldPath, what: string, remedy?: string) =>
    void findings.push({
      code: 'KSN-POD-003',
      path,
      message: `${dotted(path)} ${what}`,
      ...(remedy !== undefined && { remedy }),
    });
  if (pod['apiVersion'] !== 'v1') say(['apiVersion'], 'must be v1');
  if (pod['kind'] !== 'Pod')
    say(['kind'], 'must be Pod', pod['kind'] === 'PodList' ? 'One pod a manifest.' : undefined);
  metadata(pod, say);
  const volumes = volumeValues(pod, say);
  const spec = objectAt(pod, 'spec');
  if (Array.isArray(spec['containers']) && spec['containers'].length === 0)
    say(['spec', 'containers'], 'must not be empty');
  for (const name of ['terminationGracePeriodSeconds', 'activeDeadlineSeconds']) {
    if ((numberAt(spec, name) ?? 0) < 0) say(['spec', name], 'must not be negative');
  }
  if (textAt(spec, 'dnsPolicy') === 'None' && listAt(objectAt(spec, 'dnsConfig'), 'nameservers').length === 0) {
    say(['spec', 'dnsPolicy'], 'is None, so spec.dnsConfig.nameservers must name at least one server');
  }
  if (spec['hostNetwork'] === true && spec['hostUsers'] === false)
    say(['spec', 'hostUsers'], 'cannot be false with hostNetwork');
  unique(containersOf(pod), 'name', say);
  for (const container of containersOf(pod)) containerValues(container, volumes, spec['hostNetwork'] === true, say);
  return findings;
}

type Say = (path: FieldPath, what: string, remedy?: string) => void;

function metadata(pod: JsonObject, say: Say): void {
  const meta = objectAt(pod, 'metadata');
  const namespace = textAt(meta, 'namespace');
  if (namespace !== undefined && !isDnsLabel(namespace)) say(['metadata', 'namespace'], 'is no DNS label');
  for (const [name, value] of Object.entries(objectAt(meta, 'labels'))) {
    if (!isQualifiedName(name)) say(['metadata', 'labels', name], 'is no valid label name');
    if (typeof value === 'string' && !isLabelValue(value))
      say(['metadata', 'labels', name], 'has no valid label value');
  }
  for (const name of Object.keys(objectAt(meta, 'annotations'))) {
    if (!isQualifiedName(name)) say(['metadata', 'annotations', name], 'is no valid annotation name');
  }
}

/** Returns the names that containers may mount. */
function volumeValues(pod: JsonObject, say: Say): ReadonlySet<string> {
  unique(volumesOf(pod), 'name', say);
  const names = new Set<string>();
  for (const { path, value } of volumesOf(pod)) {
    const name = textAt(value, 'name');
    if (name !== undefined) names.add(name);
    const sources = isObject(value) ? Object.keys(value).filter((key) => key !== 'name') : [];
    if (sources.length !== 1)
      say(path, `must have exactly one source, such as hostPath or emptyDir; it has ${sources.length}`);
    const hostPath = textAt(objectAt(value, 'hostPath'), 'path');
    if (hostPath === undefined) continue;
    if (!hostPath.startsWith('/')) say([...path, 'hostPath', 'path'], 'is not absolute');
    if (hostPath.split('/').includes('..')) say([...path, 'hostPath', 'path'], "must not contain '..'");
  }
  return names;
}

function containerValues({ path, value }: Part, volumes: ReadonlySet<string>, hostNetwork: boolean, say: Say): void {
  const image = textAt(value, 'image');
  if (image === undefined || image.trim() === '')
    say([...path, 'image'], 'is missing', 'Name the image with its registry and tag or digest.');
  else if (image !== image.trim()) say([...path, 'image'], 'has blanks around it');
  const mountPaths = new Set<string>();
  for (const mount of partsOf(value, 'volumeMounts', [...path, 'volumeMounts'])) {
    const name = textAt(mount.value, 'name');
    if (name !== undefined && !volumes.has(name))
      say([...mount.path, 'name'], `is ${name}, and spec.volumes has no such volume`);
    const at = textAt(mount.value, 'mountPath');
    if (at === undefined) continue;
    if (at === '' || at.includes(':')) say([...mount.path, 'mountPath'], "must not be empty or contain ':'");
    else if (mountPaths.has(at))
      say([...mount.path, 'mountPath'], `is ${at}, which another mount of this container has`);
    mountPaths.add(at);
    if (has(mount.value, 'subPath') && has(mount.value, 'subPathExpr'))
      say(mount.path, 'has both subPath and subPathExpr');
  }
  for (const port of partsOf(value, 'ports', [...path, 'ports'])) {
    const containerPort = numberAt(port.value, 'containerPort');
    const hostPort = numberAt(port.value, 'hostPort');
    if (containerPort !== undefined && !isPort(containerPort))
      say([...port.path, 'containerPort'], 'is no port from 1 to 65535');
    if (hostPort !== undefined && hostPort !== 0 && !isPort(hostPort))
      say([...port.path, 'hostPort'], 'is no port from 1 to 65535');
    if (hostNetwork && hostPort !== undefined && hostPort !== containerPort)
      say([...port.path, 'hostPort'], 'must equal containerPort with hostNetwork');
  }
  for (const env of partsOf(value, 'env', [...path, 'env'])) {
    const name = textAt(env.value, 'name');
    if (name === '' || name?.includes('=') === true) say([...env.path, 'name'], "must not be empty or contain '='");
    if (textAt(env.value, 'value') !== undefined && has(env.value, 'valueFrom'))
      say(env.path, 'has both value and valueFrom');
  }
  for (const probe of ['livenessProbe', 'readinessProbe', 'startupProbe']) {
    if (has(value, probe)) handler([...path, probe], objectAt(value, probe), say);
  }
  for (const hook of ['postStart', 'preStop']) {
    if (has(objectAt(value, 'lifecycle'), hook))
      handler([...path, 'lifecycle', hook], objectAt(objectAt(value, 'lifecycle'), hook), say);
  }
  if (path[1] === 'initContainers' && textAt(value, 'restartPolicy') !== 'Always') {
    for (const name of ['livenessProbe', 'readinessProbe', 'startupProbe', 'lifecycle']) {
      if (has(value, name))
        say([...path, name], 'is not allowed on an init container', 'Set restartPolicy: Always to make it a sidecar.');
    }
  }
}

/** A probe or hook has exactly one way to act; numeric ports are ports. */
function handler(path: FieldPath, value: Json, say: Say): void {
  const ways = ['exec', 'httpGet', 'tcpSocket', 'grpc', 'sleep'].filter((way) => has(value, way));
  if (ways.length !== 1) say(path, `must have exactly one of exec, httpGet, tcpSocket or grpc; it has ${ways.length}`);
  for (const way of ways) {
    const port = numberAt(objectAt(value, way), 'port');
    if (port !== undefined && !isPort(port)) say([...path, way, 'port'], 'is no port from 1 to 65535');
  }
  if (has(value, 'exec') && listAt(objectAt(value, 'exec'), 'command').length === 0)
    say([...path, 'exec', 'command'], 'must not be empty');
  for (const name of [
    'initialDelaySeconds',
    'periodSeconds',
    'timeoutSeconds',
    'failureThreshold',
    'successThreshold',
  ]) {
    if ((numberAt(value, name) ?? 0) < 0) say([...path, name], 'must not be negative');
  }
  const successes = numberAt(value, 'successThreshold') ?? 1;
  if (successes > 1 && path.at(-1) !== 'readinessProbe') say([...path, 'successThreshold'], 'must be 1 here');
}

function unique(parts: readonly Part[], field: string, say: Say): void {
  const seen = new Set<string>();
  for (const { path, value } of parts) {
    const name = textAt(value, field);
    if (name === undefined) continue;
    if (!isDnsLabel(name)) say([...path, field], 'is no DNS label: lower-case letters, digits and -, at most 63');
    if (seen.has(name)) say([...path, field], `is ${name} a second time`);
    seen.add(name);
  }
}

function isPort(value: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= 65_535;
}
