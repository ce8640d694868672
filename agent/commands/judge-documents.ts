/** Flat documents judged where people are, for no node in particular: the checks of every node, and what no node's policy can allow. */
import type { Reason } from '../base/errors.ts';
import { childPointer } from '../desired/pointer.ts';
import { sectionPointer } from '../desired/section-place.ts';
import { SpecChecker, type Checked } from '../desired/spec-checker.ts';
import { judgeValue } from '../desired/validate.ts';
import { kinds } from '../resources/registry.ts';
import { checkPolicy, DEFAULT_POLICY } from '../verify/local-policy.ts';

/** Where kubelet's own documentation puts manifests; a node may say otherwise, and judges for itself again. */
export const anyNode = { manifestFolder: '/etc/kubernetes/manifests', foreignManifests: 'report' } as const;

/** Findings have pointers. The schemas are loaded once. */
export async function judgeDocuments(): Promise<(document: unknown) => readonly Reason[]> {
  const checker = await SpecChecker.of(kinds);
  return (document) => {
    const checked = judgeValue(document, checker, anyNode);
    return [...checked.findings, ...policyFindings(checked)];
  };
}

/** What even the policy of a node that allows everything keeps from specs, whatever else is wrong with them. */
export function policyFindings({ legible }: Checked): readonly Reason[] {
  return checkPolicy(legible.items, legible, kinds, DEFAULT_POLICY).map((reason) => ({
    ...reason,
    place: { pointer: pointerOfElement(reason.element ?? '') },
  }));
}

/** `file:/etc/x` → `/spec/files/~1etc~1x` */
function pointerOfElement(element: string): string {
  const end = element.indexOf(':');
  const kind = kinds.find(({ prefix }) => prefix === element.slice(0, end));
  return kind === undefined ? '/spec' : childPointer(sectionPointer(kind.name), element.slice(end + 1));
}
