/** A manifest that authoring bundles → the Pod, read as strictly as text in a spec. */
import type { BundledValue } from '../kind.ts';
import { podReason } from './errors.ts';
import { parsePod } from './parse-pod.ts';

export function bundledPod(bytes: Uint8Array): BundledValue {
  const { pod, findings } = parsePod(bytes);
  if (pod !== null) return { value: pod };
  return {
    reasons: findings.map(({ code, message, remedy, line, column }) =>
      podReason(code, message, {
        ...(remedy !== undefined && { remedy }),
        ...(line !== undefined && { place: { line, column: column ?? 1 } }),
      }),
    ),
  };
}
