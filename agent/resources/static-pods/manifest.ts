/**
 * The manifest file: canonical JSON of the Pod with two annotations of ours. Canonical, because kubelet reads
 * YAML 1.1-style and drops what it does not know: what was validated is what it reads. Dot-names only until it is
 * whole, since kubelet parses every other name in the folder, .bak and ~ included.
 */
import { Buffer } from 'node:buffer';
import type { ChangeId, Fingerprint } from '../kind.ts';
import { canonicalJson, isObject, objectAt, textAt, type Json, type JsonObject } from './json.ts';

/** Which Pod this is: kubelet copies annotations to /pods and to the sandbox, so what runs can be told. */
export const REVISION = 'keelson.dev/revision';
/**
 * The change that wrote the file. It goes into kubelet's UID (a hash of the Pod), so that a Pod that comes back (undo,
 * repair of a removed file) is a new one: removing and adding identical content is historically buggy in kubelet
 * (k/k #104648, #107483, #116880).
 */
export const NONCE = 'keelson.dev/nonce';

/** A manifest of ours, read back. */
export interface Manifest {
  /** Canonical bytes of the Pod without our annotations. */
  readonly pod: Uint8Array;
  readonly nonce: ChangeId;
}

/** 12 of 43 characters: enough to tell two revisions apart, and keyed like the whole. */
export function revisionOf(pod: Fingerprint, nonce: ChangeId): string {
  return `${pod.slice('hmac:'.length, 'hmac:'.length + 12)}.${nonce}`;
}

/** Canonical: equal Pods have equal bytes. */
export function podBytes(pod: JsonObject): Uint8Array {
  return Buffer.from(canonicalJson(pod));
}

/** Deterministic: the same Pod and nonce give the same bytes, on every try of one change. */
export function renderManifest(pod: Uint8Array, fingerprint: Fingerprint, nonce: ChangeId): Uint8Array {
  const value = JSON.parse(Buffer.from(pod).toString()) as JsonObject;
  const metadata = objectAt(value, 'metadata');
  const annotations = {
    ...objectAt(metadata, 'annotations'),
    [REVISION]: revisionOf(fingerprint, nonce),
    [NONCE]: nonce,
  };
  return Buffer.from(canonicalJson({ ...value, metadata: { ...metadata, annotations } }));
}

/** The Pod and nonce of a manifest that is byte for byte what we write, or null: an edited one is just a file. */
export function decodeManifest(bytes: Uint8Array, fingerprint: (bytes: Uint8Array) => Fingerprint): Manifest | null {
  const value = parseJson(bytes);
  if (!isObject(value)) return null;
  const metadata = objectAt(value, 'metadata');
  const { [REVISION]: revision, [NONCE]: _, ...annotations } = objectAt(metadata, 'annotations');
  const nonce = textAt(objectAt(metadata, 'annotations'), NONCE);
  if (revision === undefined || nonce === undefined) return null;
  const { annotations: __, ...rest } = metadata;
  const bare = Object.keys(annotations).length > 0 ? { ...rest, annotations } : rest;
  const pod = podBytes({ ...value, metadata: bare });
  return Buffer.compare(renderManifest(pod, fingerprint(pod), nonce), bytes) === 0 ? { pod, nonce } : null;
}

function parseJson(bytes: Uint8Array): Json | undefined {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as Json;
  } catch {
    return undefined;
  }
}
