/**
 * Which values of a document a diff may show: those of fields named here, and of parameters of the kernel. Content, words
 * of commands, texts that a gate looks for, environments and annotations may be secret: of them it names the field alone.
 */
import { redactText } from '../base/redact-text.ts';
import { holdsSecret } from '../resources/secret-content.ts';

/** One value before and after, each on one line. Null: the field was not there. */
export interface ValueChange {
  readonly before: string | null;
  readonly after: string | null;
}

const GATE = String.raw`\[\d+\]\.(?:boot|for|status|timeout)`;

const RESOURCE_FIELDS = [
  /^(?:mode|owner|group|label|exclusive|backup|target|drift|onRemove|waitLimit|check\.timeout|guard\.within)$/u,
  new RegExp(`^gates${GATE}$`, 'u'),
  /^pod\.spec\.(?:initContainers|containers)\[\d+\]\.(?:image|imagePullPolicy|ports\[\d+\]\.(?:containerPort|hostPort))$/u,
];

/** By the address of the part. The empty field: the part is itself a value. */
const OTHER_FIELDS: ReadonlyMap<string, RegExp> = new Map([
  ['spec.health', /^(?:stableFor|deadline)$/u],
  ['spec.gates', new RegExp(`^${GATE}$`, 'u')],
  ['metadata', /^series$/u],
  ['requires', /^agent$/u],
  ['notAfter', /^$/u],
  ['floor', /^$/u],
]);

/** As long as an image with its digest. */
const SHORT_LINE = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]{1,128}$/u;

/** Null where the values are not to be shown. */
export function shownValues(address: string, field: string, was: unknown, is: unknown): ValueChange | null {
  if (!isShownField(address, field)) return null;
  const [before, after] = [shortText(was), shortText(is)];
  return before === undefined || after === undefined ? null : { before, after };
}

function isShownField(address: string, field: string): boolean {
  const other = OTHER_FIELDS.get(address);
  if (other !== undefined) return other.test(field);
  if (!address.includes(':')) return false;
  if (field !== '') return RESOURCE_FIELDS.some((pattern) => pattern.test(field));
  // `stable_secret`, `tcp_fastopen_key`: a spec must not set them, yet a document of before may.
  return address.startsWith('sysctl:') && !/(?:key|secret)$/u.test(address);
}

/** Null: not there. Undefined: no short, printable scalar, or one that looks like a secret. */
function shortText(value: unknown): string | null | undefined {
  if (value === undefined) return null;
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') return undefined;
  const text = String(value);
  const isPlain = SHORT_LINE.test(text) && redactText(text) === text && holdsSecret('', Buffer.from(text)) === null;
  return isPlain ? text : undefined;
}
