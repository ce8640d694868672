/** A manifest of the manifest folder as the pod that kubelet runs by it. What lies there is a pod or nothing that a spec can have. */
import type { AuditEntry } from '../../../hostfs/filesystem.ts';
import { baseName, parentPath } from '../../../hostfs/path.ts';
import { adoptReason } from '../adopt-errors.ts';
import type { Adopted, AdoptHost } from '../kind.ts';
import { adoptedBytes } from '../path-adopt.ts';
import { checkPod } from './check-pod.ts';
import { podReason } from './errors.ts';
import { foundPod } from './found-manifest.ts';
import { objectAt, textAt } from './json.ts';
import { MANIFEST_ENDINGS } from './names.ts';
import { parsePod } from './parse-pod.ts';

export async function adoptPod(found: AuditEntry, host: AdoptHost): Promise<Adopted | null> {
  const { path, type } = found;
  const file = baseName(path);
  // Kubelet reads no dot-names and goes into no folders; both are what they are.
  if (parentPath(path) !== host.settings.manifestFolder || file.startsWith('.') || type === 'directory') return null;
  if (type !== 'file')
    return { refused: adoptReason('KSN-ADOPT-003', path, 'is no regular file, but lies among the manifests') };
  const read = await adoptedBytes(found, host);
  return 'refused' in read ? read : ofManifest(path, file, read.bytes);
}

function ofManifest(path: string, file: string, bytes: Uint8Array): Adopted {
  const parsed = parsePod(bytes);
  const pod = parsed.pod === null ? null : foundPod(parsed.pod);
  const name = textAt(objectAt(pod, 'metadata'), 'name') ?? '';
  const [finding] = pod === null ? parsed.findings : checkPod(pod, name);
  if (pod === null || finding !== undefined) {
    const { code = 'KSN-POD-001', message = 'no Pod', remedy, line } = finding ?? {};
    const place = line === undefined ? '' : ` (line ${line})`;
    const more = remedy === undefined ? {} : { remedy };
    return { refused: podReason(code, `${path}: ${message}${place}`, { element: path, ...more }) };
  }
  if (!MANIFEST_ENDINGS.some((ending) => file === name + ending))
    return { refused: adoptReason('KSN-ADOPT-015', path, `is the manifest of the pod ${name}`) };
  return { resources: { [name]: { pod, ...(file !== `${name}.json` && { manifest: file }) } } };
}
