/** The whole section: every pod, and the pods against each other. */
import type { Reason } from '../../base/errors.ts';
import { pointerOf } from '../../desired/pointer.ts';
import { checkPod, completePod, namespaceOf } from './check-pod.ts';
import { podReason } from './errors.ts';
import type { Finding } from './finding.ts';
import { collide, describePort, hostPortsOf, type HostPort } from './host-ports.ts';
import { isObject, objectAt, type JsonObject } from './json.ts';
import { MANIFEST_ENDINGS } from './names.ts';
import { readPod, type RawPod } from './spec.ts';

interface Checked {
  readonly key: string;
  readonly raw: RawPod;
  readonly pod: JsonObject;
}

export function validateSection(section: Readonly<Record<string, unknown>>): readonly Reason[] {
  const reasons: Reason[] = [];
  const checked: Checked[] = [];
  for (const [key, raw] of Object.entries(section)) {
    if (!isObject(raw)) continue; // The schema says so.
    const { pod, findings } = readPod(raw);
    for (const finding of pod === null ? findings : checkPod(pod, key)) reasons.push(reasonOf(key, raw, finding));
    reasons.push(...fileFindings(key, raw));
    if (pod !== null) checked.push({ key, raw: raw, pod: completePod(pod, key) });
  }
  return [...reasons, ...sameNames(checked), ...samePorts(checked)];
}

/** Another name than the pod's would be found by nobody who looks for the pod. */
function fileFindings(key: string, { manifest }: RawPod): readonly Reason[] {
  if (manifest === undefined || MANIFEST_ENDINGS.some((ending) => manifest === key + ending)) return [];
  const place = { pointer: pointerOf([key, 'manifest']) };
  const message = `pod:${key}: its manifest is not ${MANIFEST_ENDINGS.map((ending) => key + ending).join(', ')}`;
  return [podReason('KSN-POD-020', message, { element: `pod:${key}`, place })];
}

function reasonOf(key: string, raw: RawPod, { code, path, message, remedy, line, column }: Finding): Reason {
  // Text has no pointers inside; its own line and column go into the words, since `line` of a place is the spec's.
  const inside = line === undefined ? '' : ` (line ${line}, column ${column ?? 1} of the text)`;
  const pointer = pointerOf(
    code === 'KSN-POD-018' ? [key] : raw.content === undefined ? [key, 'pod', ...path] : [key, 'content'],
  );
  return podReason(code, `pod:${key}: ${message}${inside}`, {
    element: `pod:${key}`,
    place: { pointer },
    ...(remedy !== undefined && { remedy }),
  });
}

/** Keys are unique and names equal keys; two pods of one name can only be told apart by nothing at all. */
function sameNames(checked: readonly Checked[]): readonly Reason[] {
  const owner = new Map<string, string>();
  const reasons: Reason[] = [];
  for (const { key, raw, pod } of checked) {
    const name = objectAt(pod, 'metadata')['name'];
    if (typeof name !== 'string') continue;
    const full = `${namespaceOf(pod)}/${name}`;
    const first = owner.get(full);
    if (first === undefined) owner.set(full, key);
    else {
      const finding: Finding = {
        code: 'KSN-POD-006',
        path: ['metadata', 'name'],
        message: `${full} is the name of pod:${first} too`,
      };
      reasons.push(reasonOf(key, raw, finding));
    }
  }
  return reasons;
}

/** The second pod on a port is rejected by kubelet, and rejection is terminal: it stays Failed for good. */
function samePorts(checked: readonly Checked[]): readonly Reason[] {
  const taken: { readonly key: string; readonly port: HostPort }[] = [];
  const reasons: Reason[] = [];
  for (const { key, raw, pod } of checked) {
    for (const port of hostPortsOf(pod)) {
      const other = taken.find((one) => collide(one.port, port) && (one.key !== key || one.port.ip === port.ip));
      if (other === undefined) taken.push({ key, port });
      else {
        const message = `host port ${describePort(port)} is taken by pod:${other.key} (${describePort(other.port)})`;
        reasons.push(reasonOf(key, raw, { code: 'KSN-POD-010', path: port.path, message }));
      }
    }
  }
  return reasons;
}
