/** Flat documents judged where people are, for no node in particular: the checks of every node, and what no node's policy can allow. */
import type { Reason } from '../base/errors.ts';
import { SpecChecker, type Checked } from '../desired/spec-checker.ts';
import { judgeValue } from '../desired/validate.ts';
import { kinds } from '../resources/registry.ts';
import { checkPolicy, DEFAULT_POLICY } from '../verify/local-policy.ts';
import { withPointers } from '../verify/place-of-element.ts';

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
  return withPointers(checkPolicy(legible.items, legible, kinds, DEFAULT_POLICY), kinds);
}
