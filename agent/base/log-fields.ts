/** What may be written of the values that come with a log line: small, flat enough, and no secrets. */
import { KeelsonError } from './errors.ts';
import type { LogFields } from './log.ts';
import { printableText } from './printable-text.ts';
import { REDACTED, isSecretName, redactText } from './redact-text.ts';

const LONGEST_TEXT = 2_048;
const DEEPEST = 3;
const MOST_ELEMENTS = 20;

/**
 * Text is cut at 2,048 characters, lists at 20 elements, nesting at 3; values under names like `password` go out
 * redacted.
 */
export function loggable(fields: LogFields): Record<string, unknown> {
  return record(Object.entries(fields), 0);
}

/** Foreign text, safe for a terminal and a log. */
export function loggableText(text: string): string {
  const clean = redactText(printableText(text));
  return clean.length > LONGEST_TEXT ? `${clean.slice(0, LONGEST_TEXT)}…` : clean;
}

function record(entries: readonly (readonly [string, unknown])[], depth: number): Record<string, unknown> {
  const out: Record<string, unknown> = Object.create(null);
  for (const [key, value] of entries.slice(0, MOST_ELEMENTS))
    out[loggableText(key)] = isSecretName(key) ? REDACTED : plain(value, depth);
  return out;
}

function plain(value: unknown, depth: number): unknown {
  switch (typeof value) {
    case 'string':
      return loggableText(value);
    case 'number':
    case 'boolean':
    case 'undefined':
      return value;
    case 'object':
      break;
    default:
      return `[${typeof value}]`;
  }
  if (value === null) return null;
  if (value instanceof KeelsonError)
    return record(
      [...Object.entries(value.toReason()), ...(value.fault === 'bug' ? [stackOf(value.cause ?? value)] : [])],
      depth,
    );
  if (value instanceof Error) return record(errorParts(value), depth);
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (depth >= DEEPEST) return '[…]';
  if (Array.isArray(value)) return value.slice(0, MOST_ELEMENTS).map((element) => plain(element, depth + 1));
  return record(Object.entries(value), depth + 1);
}

/** Foreign errors by what identifies them; other properties may quote input (ajv keeps the data, fetch the headers). */
function errorParts(error: Error): (readonly [string, unknown])[] {
  return [
    ['name', error.name],
    ['message', error.message],
    ...('code' in error ? [['code', error.code] as const] : []),
    stackOf(error),
  ];
}

function stackOf(error: unknown): readonly [string, unknown] {
  return ['stack', error instanceof Error ? error.stack : undefined];
}
