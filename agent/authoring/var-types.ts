/** The types of variables, and what a value of each is. */
import { isIP } from 'node:net';
import { runInThisContext } from 'node:vm';
import { nearest, oneOf, quoted } from '../base/words.ts';

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
  readonly pattern?: RegExp;
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
      return type.pattern === undefined ? null : misfitPattern(type.pattern, value);
    case 'boolean':
      return typeof value === 'boolean' ? null : 'true or false';
    case 'enum':
      return misfitEnum(type.values ?? [], value);
    case 'list':
      return misfitList(type.of, value);
  }
}

const patternTakesMs = 500;

function misfitPattern(pattern: RegExp, text: string): string | null {
  const written = quoted(pattern.source.replace(/^\^\(\?:([^]*)\)\$$/u, '$1'));
  const fits = fitsInTime(pattern, text);
  if (fits === null) return `text of which ${written} can be told within ${patternTakesMs} ms: write a simpler pattern`;
  return fits ? null : `text that matches ${written}`;
}

/** Null: it takes too long. Some patterns take longer than anybody lives, and nothing but the machine below can end it. */
function fitsInTime(pattern: RegExp, text: string): boolean | null {
  const program = `RegExp(${JSON.stringify(pattern.source)}, 'u').test(${JSON.stringify(text)})`;
  try {
    return runInThisContext(program, { timeout: patternTakesMs }) as boolean;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return null;
    throw error;
  }
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
