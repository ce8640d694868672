/**
 * Schema pieces that every kind may use. `x-expected` is what a finding says instead of a pattern;
 * `x-key` on a map says what its keys must be.
 */
import { Type, type StringOptions, type TString } from '@sinclair/typebox';
import { UNIT_PATTERNS } from '../base/units.ts';

export const EXPECTED = 'x-expected';
export const KEY_MEANING = 'x-key';
/** Of the schema of a resource: the key under which its example stands. */
export const KEY_EXAMPLE = 'x-example-key';

/** What a value is when nobody says, and what people write. */
type Annotations = Pick<StringOptions, 'default' | 'examples'>;

/** `expected` completes "expected …" in findings. */
export function patternType(pattern: string, expected: string, description: string, more: Annotations = {}): TString {
  return Type.String({ pattern, description, [EXPECTED]: expected, ...more });
}

/** '60s', '1h30m': see parseDuration. */
export function durationType(description: string, more: Annotations = {}): TString {
  return patternType(
    UNIT_PATTERNS.duration,
    "a duration with its unit: '500ms', '60s', '10m', '1h30m', '7d'",
    description,
    { examples: ['10m'], ...more },
  );
}

/** '16MiB': see parseSize. */
export function sizeType(description: string): TString {
  return patternType(UNIT_PATTERNS.size, "a size with its unit: '100B', '512KiB', '16MiB'", description, {
    examples: ['16MiB'],
  });
}

/** '0644': see parseMode. */
export function modeType(description: string, usual: string): TString {
  return patternType(UNIT_PATTERNS.mode, "octal permission bits in quotes: '0644', '0750', '1777'", description, {
    default: usual,
    examples: ['0640'],
  });
}

/** An absolute path without '.', '..', empty parts, a slash at the end or control characters. */
export const PATH_PATTERN = String.raw`^(?:/(?!\.{1,2}(?:/|$))[^/\u0000-\u001F\u007F]+)+$`;

/** An absolute, normal path other than "/". */
export function pathType(description: string): TString {
  return patternType(PATH_PATTERN, "an absolute path without '.', '..', '//' or a slash at its end", description, {
    examples: ['/run/ready'],
  });
}

export const ADDRESS_PATTERN = String.raw`^[a-z][A-Za-z0-9]*:[^\u0000-\u001F\u007F]+$`;
