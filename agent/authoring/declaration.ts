/** `{ type: integer, min: 1, default: 100 }`: what a variable may be. */
import { editDistance, nearest, oneOf, quoted } from '../base/words.ts';
import { childPointer } from '../desired/pointer.ts';
import type { BuildCode } from './errors.ts';
import { isMap, type ValueMap } from './layer.ts';
import type { Patterns } from './patterns.ts';
import { misfit, placeholder, VAR_TYPES, type VarType, type VarTypeName } from './var-types.ts';

export interface Declaration extends VarType {
  /** Fits the type; absent: each node says its own. */
  readonly default?: unknown;
  /** The default is not of the type; something that is stands in its place. */
  readonly isFaulty?: true;
  /** Between the entries of a list that stands within a text. */
  readonly join?: string;
}

type Tell = (code: BuildCode, message: string, pointer: string, remedy?: string) => void;

const fieldsOf: Readonly<Record<VarTypeName, readonly string[]>> = {
  ip: [],
  cidr: [],
  integer: ['min', 'max'],
  string: ['pattern'],
  boolean: [],
  enum: ['values'],
  list: ['of', 'join'],
};

/** Null where it is none; everything that is wrong with it is told. */
export function readDeclaration(raw: ValueMap, pointer: string, patterns: Patterns, tell: Tell): Declaration | null {
  let sound = true;
  const told: Tell = (...what) => {
    sound = false;
    tell(...what);
  };
  const type = readType(raw, pointer, ['default', 'description'], patterns, told);
  const { description, default: given, join } = raw;
  if (description !== undefined && typeof description !== 'string')
    told('KSN-BUILD-008', 'the description is no text', childPointer(pointer, 'description'));
  if (join !== undefined && typeof join !== 'string')
    told('KSN-BUILD-008', "expected text between the entries: ', '", childPointer(pointer, 'join'));
  if (type === null || !sound) return null;
  const wrong = given === undefined ? null : misfit(type, given);
  if (wrong !== null)
    told('KSN-BUILD-008', `the default does not fit: expected ${wrong}`, childPointer(pointer, 'default'));
  return {
    ...type,
    // That it is wrong is told; that there is none would be told once more.
    ...(given !== undefined && { default: wrong === null ? given : placeholder(type) }),
    ...(wrong !== null && { isFaulty: true as const }),
    ...(typeof join === 'string' && { join }),
  };
}

function readType(
  raw: ValueMap,
  pointer: string,
  more: readonly string[],
  patterns: Patterns,
  tell: Tell,
): VarType | null {
  const { type } = raw;
  if (!isVarType(type)) {
    const guess = typeof type === 'string' ? nearest(type, VAR_TYPES) : undefined;
    const meant = guess === undefined ? '' : `; did you mean ${quoted(guess)}?`;
    tell(
      'KSN-BUILD-008',
      type === undefined ? `a declaration needs a type: ${oneOf(VAR_TYPES)}` : `expected ${oneOf(VAR_TYPES)}${meant}`,
      type === undefined ? pointer : childPointer(pointer, 'type'),
    );
    return null;
  }
  const known = ['type', ...fieldsOf[type], ...more];
  for (const key of Object.keys(raw)) {
    if (known.includes(key)) continue;
    const guess = meantField(key, known);
    const meant = guess === undefined ? '' : `; did you mean ${quoted(guess)}?`;
    tell(
      'KSN-BUILD-008',
      `${quoted(key)} is no field of a variable of type ${type}${meant}`,
      childPointer(pointer, key),
      `Known here: ${oneOf(known)}.`,
    );
  }
  const { values, min, max, pattern, of } = raw;
  const read: { -readonly [K in keyof VarType]: VarType[K] } = { type };
  if (type === 'enum') {
    if (isListOfTexts(values)) read.values = values;
    else
      tell(
        'KSN-BUILD-008',
        'an enum needs values: a list of texts',
        'values' in raw ? childPointer(pointer, 'values') : pointer,
      );
  }
  for (const [name, bound] of type === 'integer'
    ? ([
        ['min', min],
        ['max', max],
      ] as const)
    : []) {
    if (bound === undefined) continue;
    if (Number.isSafeInteger(bound)) read[name] = bound as number;
    else tell('KSN-BUILD-008', 'expected a whole number', childPointer(pointer, name));
  }
  if (type === 'string' && pattern !== undefined) {
    const compiled = typeof pattern === 'string' ? patterns.of(pattern) : null;
    if (compiled === null) tell('KSN-BUILD-008', 'this is no regular expression', childPointer(pointer, 'pattern'));
    else read.pattern = compiled;
  }
  if (type === 'list' && of !== undefined) {
    const at = childPointer(pointer, 'of');
    const entry = readType(isMap(of) ? of : { type: of }, at, [], patterns, (code, message, where, remedy) =>
      tell(code, message, isMap(of) ? where : at, remedy),
    );
    if (entry !== null) read.of = entry;
  }
  return read;
}

/** Fields are few and short: the same first letter makes up for one edit more ('maks', 'max'). */
function meantField(key: string, known: readonly string[]): string | undefined {
  const isClose = (field: string): boolean => field[0] === key[0] && editDistance(key, field) === 2;
  return nearest(key, known) ?? (key.length > 3 ? known.find(isClose) : undefined);
}

function isVarType(type: unknown): type is VarTypeName {
  return (VAR_TYPES as readonly unknown[]).includes(type);
}

function isListOfTexts(values: unknown): values is readonly string[] {
  return Array.isArray(values) && values.length > 0 && values.every((value) => typeof value === 'string');
}
