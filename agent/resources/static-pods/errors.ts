import { errorsOf, type Catalogue, type ErrorCode, type Place, type Reason } from '../../base/errors.ts';

export const POD_ERRORS = {
  'KSN-POD-001': {
    fault: 'caller',
    meaning: 'The text is not one Pod that every reader understands alike.',
    evidence: 'The line and column named; kubelet reads YAML 1.1, first document only, and tolerates duplicate keys.',
    next: 'Write one Pod, quote what the two YAML versions read differently, spell out anchors and merge keys.',
  },
  'KSN-POD-002': {
    fault: 'caller',
    meaning: 'A field is unknown to the Pod schema, missing, or of the wrong type.',
    evidence: 'The field path named. Kubelet drops unknown fields without a word, so they are refused here.',
    next: 'Correct the field; `kubectl explain pod.FIELD` lists the known ones.',
  },
  'KSN-POD-003': {
    fault: 'caller',
    meaning: 'A value is of the right type, and kubelet would still refuse the Pod.',
    evidence: 'The field path named. A manifest that kubelet refuses deletes the running pod at its next relist.',
    next: 'Correct the value.',
  },
  'KSN-POD-004': {
    fault: 'caller',
    meaning: 'The Pod refers to something that only an API server has.',
    evidence: 'The field path named. Kubelet refuses such static pods since 1.34.',
    next: 'Put the value into a managed file and mount its folder, or drop the reference.',
  },
  'KSN-POD-005': {
    fault: 'caller',
    meaning: 'The field belongs to the API server or to Keelson and cannot stand in a static pod.',
    evidence: 'The field path named.',
    next: 'Remove the field.',
  },
  'KSN-POD-006': {
    fault: 'caller',
    meaning: "The Pod's name does not fit its key in the spec, or two pods of the spec have one namespace and name.",
    evidence: 'metadata.name, metadata.namespace and the key under staticPods.',
    next: 'Let metadata.name equal the key, or leave it out.',
  },
  'KSN-POD-007': {
    fault: 'caller',
    meaning: 'The pod was placed and its gate did not hold until the deadline. The gate comes with a later release.',
    evidence: "The pod's last exit code and log lines in `keelson status`; /var/log/pods on the node.",
    next: 'Fix the pod or what it reads, sign and push a newer generation.',
  },
  'KSN-POD-008': {
    fault: 'caller',
    meaning: 'The Pod names a priority class that nobody resolves for a static pod.',
    evidence: 'spec.priorityClassName without spec.priority: graceful shutdown would kill this pod first.',
    next: 'Set the integer spec.priority beside it; the two system classes are filled in by Keelson.',
  },
  'KSN-POD-009': {
    fault: 'caller',
    meaning: 'A capability is written with the CAP_ prefix.',
    evidence: 'containerd adds the prefix itself, so CAP_X is silently ignored there.',
    next: 'Write the name without CAP_, in capitals.',
  },
  'KSN-POD-010': {
    fault: 'caller',
    meaning: 'Two pods of the spec want the same port of the host.',
    evidence: 'The ports of both pods; the second is rejected by kubelet for good (reason NodePorts).',
    next: 'Give one of them another port.',
  },
  'KSN-POD-011': {
    fault: 'caller',
    meaning:
      'The Pod asks for a power that the local pod security policy does not grant. The policy comes with a later release.',
    evidence: 'The field path named and the policy in the agent configuration.',
    next: 'Drop the power, or let the owner of the node grant it in the local policy; a spec cannot.',
  },
  'KSN-POD-012': {
    fault: 'environment',
    meaning: 'A file in the manifest folder is not of the spec, and kubelet runs it.',
    evidence: 'The path named. Kubelet reads every name there that does not start with a dot, .bak and ~ included.',
    next: 'Bring it into the spec or remove it; with `foreignManifests: quarantine` Keelson takes it away and keeps its bytes.',
  },
  'KSN-POD-013': {
    fault: 'environment',
    meaning: 'A foreign file in the manifest folder has the namespace and name of a managed pod.',
    evidence: 'The path named. Of two files with one name the last in sorted order wins at the next relist.',
    next: 'Remove the foreign file, or set `foreignManifests: quarantine`.',
  },
  'KSN-POD-014': {
    fault: 'environment',
    meaning: 'A foreign file in the manifest folder is no manifest that kubelet can read.',
    evidence:
      'The path and the place of the parse error. If a pod of this file still runs, the next relist deletes it.',
    next: 'Repair or remove the file.',
  },
  'KSN-POD-015': {
    fault: 'environment',
    meaning: 'Something in the manifest folder is neither a file nor a link; Keelson leaves it alone.',
    evidence: 'The path named.',
    next: 'Move it elsewhere by hand.',
  },
  'KSN-POD-016': {
    fault: 'environment',
    meaning: 'The pod is placed, and nothing here can judge it: this host has no kubelet.',
    evidence: 'The manifest stands in the manifest folder as desired.',
    next: 'Nothing, in a sandbox. On a node: start kubelet with staticPodPath set to the manifest folder.',
  },
  'KSN-POD-017': {
    fault: 'environment',
    meaning: 'The manifest on disk is not (or no longer) what it should be.',
    evidence: 'The path named.',
    next: 'Nothing: it is repaired, unless its drift is only reported.',
    retryable: true,
  },
  'KSN-POD-018': {
    fault: 'caller',
    meaning: 'The pod is given twice, or not at all.',
    evidence: 'Exactly one of `pod` and `content` must stand there.',
    next: 'Keep `pod:` (the object) or `content:` (its text).',
  },
  'KSN-POD-019': {
    fault: 'caller',
    meaning: 'A file or link of the spec lies in the manifest folder. Kubelet would run it, and nobody has checked it.',
    evidence: 'The path of the resource, and the folder that staticPods writes to.',
    next: 'Declare the pod under staticPods, or move the file elsewhere.',
  },
  'KSN-POD-020': {
    fault: 'caller',
    meaning: 'The manifest is not named like its pod.',
    evidence: 'The field `manifest` and the key of the pod.',
    next: 'Write NAME.json, NAME.yaml or NAME.yml, or leave the field out.',
  },
  'KSN-POD-021': {
    fault: 'caller',
    meaning:
      'The spec gives the manifest another file name than the one it lies under. Both at once would be two pods, so nothing is done.',
    evidence: 'Both names in the message.',
    next: 'Give the field `manifest` the name that is there; or take the pod out of one generation and back in the next, which stops and starts it.',
  },
} as const satisfies Catalogue;

export type PodCode = keyof typeof POD_ERRORS & ErrorCode;

export const podError = errorsOf(POD_ERRORS);

/** A finding as data: the same form whether it is thrown, listed or waited for. */
export function podReason(
  code: PodCode,
  message: string,
  details: { readonly element?: string; readonly place?: Place; readonly remedy?: string } = {},
): Reason {
  return podError(code, message, details).toReason();
}
