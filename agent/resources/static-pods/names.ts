/** The forms of names in Kubernetes (apimachinery, util/validation). */

/** RFC 1123 label. */
export function isDnsLabel(name: string): boolean {
  return name.length <= 63 && /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(name);
}

/** RFC 1123 subdomain: the name of a pod. */
const DNS_NAME = /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** The same where it becomes a file name with `.json` and a pod name with `-<node>`. */
export const POD_NAME = /^(?=.{1,190}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** What manifests are called after the name of their pod; ours by the first. */
export const MANIFEST_ENDINGS = ['.json', '.yaml', '.yml'] as const;

/** RFC 1123 subdomain: at most 253 characters. */
export function isDnsName(name: string): boolean {
  return DNS_NAME.test(name);
}

/** Letters, digits, `-`, `_` and `.`, at most 63 of them; or empty. */
export function isLabelValue(value: string): boolean {
  return value === '' || (value.length <= 63 && /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/.test(value));
}

/** `prefix/name` of labels and annotations; the prefix is a DNS name. */
export function isQualifiedName(name: string): boolean {
  const parts = name.split('/');
  const [first, second] = parts;
  if (parts.length > 2 || first === undefined) return false;
  if (second === undefined) return first !== '' && isLabelValue(first);
  return isDnsName(first) && second !== '' && isLabelValue(second);
}
