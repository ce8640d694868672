import { dotted, type Finding } from './finding.ts';
import { listAt, objectAt, type JsonObject } from './json.ts';
import { containersOf } from './pod-parts.ts';

/**
 * containerd puts CAP_ in front itself: `drop: [CAP_CHOWN]` drops CAP_CAP_CHOWN, which is nothing (seen on 1.6.20),
 * and policies compare case-sensitively without the prefix.
 */
export function capabilityFindings(pod: JsonObject): readonly Finding[] {
  const findings: Finding[] = [];
  for (const container of containersOf(pod)) {
    const capabilities = objectAt(objectAt(container.value, 'securityContext'), 'capabilities');
    for (const list of ['add', 'drop']) {
      for (const [index, name] of listAt(capabilities, list).entries()) {
        if (typeof name !== 'string' || /^(?!CAP_)[A-Z][A-Z0-9_]*$/.test(name)) continue;
        const path = [...container.path, 'securityContext', 'capabilities', list, index];
        const right = name.toUpperCase().replace(/^CAP_/, '');
        findings.push({
          code: 'KSN-POD-009',
          path,
          message: `${dotted(path)} is ${name}, which the container runtime does not know`,
          remedy: `Write ${right}.`,
        });
      }
    }
  }
  return findings;
}
