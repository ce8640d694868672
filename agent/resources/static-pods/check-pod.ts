/** One Pod: what is filled in, and everything that is wrong with it, at once. */
import { capabilityFindings } from './capabilities.ts';
import type { Finding } from './finding.ts';
import { objectAt, textAt, type JsonObject } from './json.ts';
import { NO_POD_SECURITY, type PodSecurityPolicy } from './pod-security.ts';
import { valueFindings } from './pod-values.ts';
import { impliedPriority, priorityFindings } from './priority.ts';
import { refusedFields } from './refused-fields.ts';
import { checkShape } from './shape.ts';

export const DEFAULT_NAMESPACE = 'default';

/**
 * The Pod as it is written: what kubelet would fill in by name, number or habit stands there, so that the manifest
 * says what runs. Members that are there are never changed.
 */
export function completePod(given: JsonObject, key: string): JsonObject {
  const priority = impliedPriority(given);
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    ...given,
    metadata: { name: key, namespace: DEFAULT_NAMESPACE, ...withoutEmptyAnnotations(objectAt(given, 'metadata')) },
    ...(given['spec'] !== undefined && {
      spec: isPlain(given['spec'])
        ? { restartPolicy: 'Always', ...objectAt(given, 'spec'), ...(priority !== undefined && { priority }) }
        : given['spec'],
    }),
  };
}

/**
 * Judged as the API server would with its defaults filled in, plus what a pod without an API server cannot have.
 * `policy` adds rules of pod security.
 */
export function checkPod(
  given: JsonObject,
  key: string,
  policy: PodSecurityPolicy = NO_POD_SECURITY,
): readonly Finding[] {
  const pod = completePod(given, key);
  const wrongShape = checkShape(pod);
  // metadata that is no object is hidden by completion; the schema looks at what was given.
  const metadata = given['metadata'];
  const shape =
    metadata === undefined || isPlain(metadata) ? wrongShape : [...wrongShape, ...checkShape({ ...pod, metadata })];
  return withoutTwins([
    ...shape,
    ...nameFindings(pod, key),
    ...refusedFields(pod),
    ...valueFindings(pod),
    ...priorityFindings(pod),
    ...capabilityFindings(pod),
    ...policy(pod, key),
  ]);
}

/** `default` where it names none. */
export function namespaceOf(pod: JsonObject): string {
  return textAt(objectAt(pod, 'metadata'), 'namespace') ?? DEFAULT_NAMESPACE;
}

/** A changed name in the same file leaves the old pod running until the next relist; so key, file and name are one. */
function nameFindings(pod: JsonObject, key: string): readonly Finding[] {
  const name = objectAt(pod, 'metadata')['name'];
  if (name === key || typeof name !== 'string') return [];
  return [
    {
      code: 'KSN-POD-006',
      path: ['metadata', 'name'],
      message: `metadata.name is not ${key}, the key of the pod in the spec`,
      remedy: `Write ${key}, leave metadata.name out, or rename the key.`,
    },
  ];
}

/** None and an empty map are one Pod; only one of them can be told from a manifest with our annotations. */
function withoutEmptyAnnotations(metadata: JsonObject): JsonObject {
  const { annotations, ...rest } = metadata;
  return isPlain(annotations) && Object.keys(objectAt(metadata, 'annotations')).length === 0 ? rest : metadata;
}

function isPlain(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Two rules may see the same place; the first, more general one speaks. */
function withoutTwins(findings: readonly Finding[]): readonly Finding[] {
  const seen = new Set<string>();
  return findings.filter(({ path, code, message }) => {
    const twin = JSON.stringify([path, code === 'KSN-POD-002' || code === 'KSN-POD-003' ? 'value' : message]);
    if (seen.has(twin)) return false;
    seen.add(twin);
    return true;
  });
}
