import type { Finding } from './finding.ts';
import { numberAt, objectAt, textAt, type JsonObject } from './json.ts';

/** The two classes whose numbers are fixed in Kubernetes. */
const SYSTEM_CLASSES: Readonly<Record<string, number>> = {
  'system-node-critical': 2_000_001_000,
  'system-cluster-critical': 2_000_000_000,
};

/** The number that belongs to the pod's class and is not written; undefined where there is nothing to fill in. */
export function impliedPriority(pod: JsonObject): number | undefined {
  const spec = objectAt(pod, 'spec');
  const name = textAt(spec, 'priorityClassName');
  if (name === undefined || spec['priority'] !== undefined) return undefined;
  return Object.hasOwn(SYSTEM_CLASSES, name) ? SYSTEM_CLASSES[name] : undefined;
}

/** Nobody resolves the class of a static pod: without the number, graceful shutdown kills it first (k/k #113940). */
export function priorityFindings(pod: JsonObject): readonly Finding[] {
  const spec = objectAt(pod, 'spec');
  const name = textAt(spec, 'priorityClassName');
  if (name === undefined || name === '') return [];
  const known = Object.hasOwn(SYSTEM_CLASSES, name) ? SYSTEM_CLASSES[name] : undefined;
  const given = numberAt(spec, 'priority');
  const path = ['spec', 'priorityClassName'];
  if (given === undefined && spec['priority'] === undefined && known === undefined) {
    return [
      {
        code: 'KSN-POD-008',
        path,
        message: `spec.priorityClassName ${name} stands without spec.priority, and nobody resolves it for a static pod`,
        remedy: `Add spec.priority with the number of ${name}.`,
      },
    ];
  }
  if (given !== undefined && known !== undefined && given !== known) {
    return [
      {
        code: 'KSN-POD-008',
        path: ['spec', 'priority'],
        message: `spec.priority is ${given}, and ${name} is ${known}`,
        remedy: `Write ${known}, or leave spec.priority out.`,
      },
    ];
  }
  return [];
}
