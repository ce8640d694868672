/** Pods for the tests: real-life ones, and a small one to break. */
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { checkPod } from '../../../agent/resources/static-pods/check-pod.ts';
import type { Finding } from '../../../agent/resources/static-pods/finding.ts';
import { dotted } from '../../../agent/resources/static-pods/finding.ts';
import type { Json, JsonObject } from '../../../agent/resources/static-pods/json.ts';
import type { ExpandContext, Fingerprint } from '../../../agent/resources/kind.ts';

export function fixture(name: string): string {
  return readFileSync(new URL(`fixtures/${name}.yaml`, import.meta.url), 'utf8');
}

/** A small valid pod; `spec`, `container` and `metadata` are laid over it. */
export function pod(
  changes: { readonly spec?: Json; readonly container?: Json; readonly metadata?: Json; readonly top?: Json } = {},
): JsonObject {
  return {
    metadata: { ...(changes.metadata as JsonObject) },
    spec: {
      containers: [{ name: 'web', image: 'registry.example.net/web:1', ...(changes.container as JsonObject) }],
      ...(changes.spec as JsonObject),
    },
    ...(changes.top as JsonObject),
  };
}

/** `CODE field.path` of everything that is found, sorted as found. */
export function found(given: JsonObject, key = 'web'): readonly string[] {
  return checkPod(given, key).map(short);
}

export function short(finding: Finding): string {
  return `${finding.code} ${dotted(finding.path)}`;
}

export function fingerprint(bytes: Uint8Array): Fingerprint {
  return `hmac:${createHmac('sha256', 'a key for tests').update(bytes).digest('base64url')}`;
}

export const context: ExpandContext = {
  facts: {},
  settings: { manifestFolder: '/etc/kubernetes/manifests', foreignManifests: 'report' },
  fingerprint,
};
