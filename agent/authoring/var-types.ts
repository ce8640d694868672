/** The types of variables, and what a value of each is. */
import { isIP } from 'node:net';
import { nearest, oneOf, quoted } from '../base/words.ts';
import type { Pattern, PatternGaveUp } from './patterns.ts';

export const VAR_TYPES = ['ip', 'cidr', 'integer', 'string', 'boolean', 'enum', 'list'] as const;
export type VarTypeName = (typeof VAR_TYPES)[number];

/** A type with its bounds, as a declaration gives it. */
export interface VarType {
  readonly type: VarTypeName;
  /** enum. */
  readonly values?: readonly string[];
  /** integer. */
  readonly min?: number;
  readonly max?: number;
  /** string: matches the whole of it. */
  readonly pattern?: Pattern;
  /** list. */
  readonly of?: VarType;
}

/** What is expected instead, in words that never quote the value; null where it fits. */
export function misfit(type: VarType, value: unknown): string | null {
  switch (type.type) {
    case 'ip':
      return typeof value === 'string' && isIP(value) !== 0 ? null : 'an IP address';
    case 'cidr':
      return typeof value === 'string' && isCidr(value) ? null : "a network: '10.20.0.0/24', 'fd00::/64'";
    case 'integer':
      return misfitInteger(type, value);
    case 'string':
      if (typeof value !== 'string') return 'text; quote it if it looks like something else';
      return type.pattern?.fits(value) === false ? `text that matches ${quoted(type.pattern.written)}` : null;
    case 'boolean':
      return typeof value === 'boolean' ? null : 'true or false';
    case 'enum':
      return misfitEnum(type.values ?? [], value);
    case 'list':
      return misfitList(type.of, value);
  }
}

/** The pattern of the type that has given up, its place as a pointer within the type; null: there is none. */
export function patternGivenUp({
  pattern,
  of,
}: VarType): { readonly pointer: string; readonly by: PatternGaveUp } | null {
  if (pattern !== undefined && pattern.gaveUp !== null) return { pointer: '/pattern', by: pattern.gaveUp };
  const within = of === undefined ? null : patternGivenUp(of);
  return within === null ? null : { ...within, pointer: `/of${within.pointer}` };
}

function misfitInteger({ min, max }: VarType, value: unknown): string | null {
  const fits =
    typeof value === 'number' &&
    Number.isSafeInteger(value) &&
    value >= (min ?? Number.MIN_SAFE_INTEGER) &&
    value <= (max ?? Number.MAX_SAFE_INTEGER);
  if (fits) return null;
  if (min !== undefined && max !== undefined) return `a whole number from ${min} to ${max}`;
  if (min !== undefined) return `a whole number of ${min} or more`;
  return max === undefined ? 'a whole number' : `a whole number of ${max} or less`;
}

function misfitEnum(values: readonly string[], value: unknown): string | null {
  if (typeof value === 'string' && values.includes(value)) return null;
  const guess = typeof value === 'string' ? nearest(value, values) : undefined;
  return `${oneOf(values)}${guess === undefined ? '' : `; did you mean ${quoted(guess)}?`}`;
}

function misfitList(of: VarType | undefined, value: unknown): string | null {
  if (!Array.isArray(value)) return 'a list';
  for (const [index, entry] of value.entries()) {
    const wrong = of === undefined ? null : misfit(of, entry);
    if (wrong !== null) return `as entry ${index + 1} ${wrong}`;
  }
  return null;
}

function isCidr(text: string): boolean {
  const [address = '', length, more] = text.split('/');
  const family = isIP(address);
  if (family === 0 || length === undefined || more !== undefined || !/^\d{1,3}$/u.test(length)) return false;
  return Number(length) <= (family === 4 ? 32 : 128);
}

/** A value of the type, for judging a layer whose nodes do not exist yet. */
export function placeholder({ type, values, min, max, of }: VarType): unknown {
  switch (type) {
    case 'ip':
      return '192.0.2.1';
    case 'cidr':
      return '192.0.2.0/24';
    case 'integer':
      return min ?? Math.min(1, max ?? 1);
    case 'string':
      return 'text';
    case 'boolean':
      return true;
    case 'enum':
      return values?.[0] ?? '';
    case 'list':
      return of === undefined ? [] : [placeholder(of)];
  }
}
