/** What is wrong with a Pod, by the path of the field inside the Pod; the place in the spec is added by validate.ts. */
import type { PodCode } from './errors.ts';

export type FieldPath = readonly (string | number)[];

/** One fault of a Pod. */
export interface Finding {
  readonly code: PodCode;
  readonly path: FieldPath;
  readonly message: string;
  readonly remedy?: string;
  /** Of text content: the place in that text. */
  readonly line?: number;
  readonly column?: number;
}

/** `spec.containers[0].image`, as kubectl and kubelet write it. */
export function dotted(path: FieldPath): string {
  let text = '';
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`;
    else if (/^[A-Za-z_][\w-]*$/.test(part)) text += text === '' ? part : `.${part}`;
    else text += `[${JSON.stringify(part)}]`;
  }
  return text === '' ? 'the Pod' : text;
}
