/** What people write under `staticPods`, and what becomes of it. */
import { Buffer } from 'node:buffer';
import type { PathSpec } from '../path-state.ts';
import { podError } from './errors.ts';
import type { Finding } from './finding.ts';
import { isObject, withoutNulls, type Json } from './json.ts';
import { parsePod, type ParsedPod } from './parse-pod.ts';
import type { ManifestState } from './pod-state.ts';

/** One entry as the schema lets it pass. */
export interface RawPod {
  readonly pod?: Json;
  readonly content?: { readonly inline: string } | { readonly base64: string };
  readonly manifest?: string;
}

/** A folder or file of the host that the pod mounts. */
export interface HostMount {
  readonly volume: string;
  readonly path: string;
  /** hostPath.type: '', 'Directory', 'File', … */
  readonly type: string;
  /** Where the volume stands in the Pod. */
  readonly index: number;
}

/** The spec of one item: a file to the rules of paths, whose content is the canonical Pod without our annotations. */
export interface PodItemSpec extends PathSpec {
  readonly state: ManifestState;
  readonly name: string;
  readonly namespace: string;
  readonly mounts: readonly HostMount[];
  /** The Pod came as text: findings about it have no pointer of their own. */
  readonly text: boolean;
}

/** The Pod of an entry, null members left out; or why there is none. */
export function readPod(raw: RawPod): ParsedPod {
  if ((raw.pod === undefined) === (raw.content === undefined)) {
    const message = raw.pod === undefined ? 'neither pod nor content is given' : 'both pod and content are given';
    return { pod: null, findings: [{ code: 'KSN-POD-018', path: [], message }] };
  }
  if (raw.content !== undefined)
    return 'inline' in raw.content ? parsePod(Buffer.from(raw.content.inline)) : parseBase64(raw.content.base64);
  const pod = withoutNulls(raw.pod ?? null);
  return isObject(pod) ? { pod, findings: [] } : { pod: null, findings: [notAnObject] };
}

/** The same for an entry that was validated. */
export function validPod(raw: RawPod, key: string): NonNullable<ParsedPod['pod']> {
  const { pod, findings } = readPod(raw);
  if (pod !== null) return pod;
  throw podError(findings[0]?.code ?? 'KSN-POD-001', `pod:${key}: ${findings[0]?.message ?? 'no Pod'}`, {
    element: `pod:${key}`,
  });
}

const notAnObject: Finding = { code: 'KSN-POD-002', path: [], message: 'the Pod is not an object' };

function parseBase64(text: string): ParsedPod {
  const compact = text.replaceAll(/\s/g, '');
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(compact)) {
    return { pod: null, findings: [{ code: 'KSN-POD-001', path: [], message: 'content.base64 is not base64' }] };
  }
  return parsePod(Buffer.from(compact, 'base64'));
}
