/**
 * A spec for people who may look at the node and not at its secrets. Text is shown where its field is known to hold
 * none (a mode, an image, a path); anywhere else, in fields of kinds to come too, only how long it is.
 */
import { redactText } from '../base/redact-text.ts';
import type { NodeSpec } from '../desired/node-spec.ts';

/** In place of text. */
export interface Redacted {
  readonly redacted: true;
  readonly bytes: number;
}

/** Fields whose text says what a thing is, and of lists of such text. */
const SHOWN: ReadonlySet<string> = new Set(
  `add apiVersion backup conditionType cpu dependsOn deadline devicePath dnsPolicy drift driver drop effect
  ephemeral-storage file for fsGroupChangePolicy fsType group host hostIP hostPID hostname hostnames image
  imagePullPolicy ip kind label level manifest medium memory mode mountPath mountPropagation name nameservers namespace
  nodeName onRemove operator os owner path pathPrefix pod port preemptionPolicy priorityClassName procMount protocol reach
  readiness resource restartPolicy role schedulerName scheme searches serviceAccountName setHostnameAsFQDN signal
  sizeLimit stableFor subPath supplementalGroups target tcp terminationMessagePath terminationMessagePolicy timeout
  topologyKey type unit user volumeMode waitLimit whenUnsatisfiable within`.split(/\s+/u),
);

/** Maps whose keys are names of people's own, and whose values say what a thing is. */
const SHOWN_MAPS: ReadonlySet<string> = new Set([
  'labels',
  'limits',
  'matchLabels',
  'nodeSelector',
  'onChange',
  'requests',
  'selector',
]);

/** Free text, for people: shown without what looks like a secret. */
const FOR_PEOPLE: ReadonlySet<string> = new Set(['note']);

const URLS: ReadonlySet<string> = new Set(['http', 'url']);

/** Everything of the document; keys, numbers and truth values as they are. */
export function redactedSpec({ sections, gates, ...head }: NodeSpec): Readonly<Record<string, unknown>> {
  return { ...head, gates: redacted(gates, 'gates', ''), sections: redacted(sections, 'sections', '') };
}

/** `key` is what the value stands under, through lists; `above` what that stands under. */
function redacted(value: unknown, key: string, above: string): unknown {
  if (typeof value === 'string') return textOf(value, key, above);
  if (Array.isArray(value)) return value.map((each) => redacted(each, key, above));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, redacted(each, name, key)]));
}

function textOf(text: string, key: string, above: string): string | Redacted {
  if (URLS.has(key)) return urlOf(text);
  if (SHOWN.has(key) || SHOWN_MAPS.has(above)) return redactText(text.split('?', 1)[0] ?? '');
  return FOR_PEOPLE.has(key) ? redactText(text) : hidden(text);
}

/** Where it leads, without who asks and what is asked. */
function urlOf(text: string): string | Redacted {
  const url = URL.parse(text);
  return url === null || url.host === '' ? hidden(text) : `${url.protocol}//${url.host}${url.pathname}`;
}

function hidden(text: string): Redacted {
  return { redacted: true, bytes: Buffer.byteLength(text) };
}
