/** A small language for what stands where in a config, and since which version of the specification. */
import { nearest, oneOf, quoted } from '../base/words.ts';
import { childPointer } from '../desired/pointer.ts';
import { typeName, typeOf } from '../desired/schema-words.ts';
import type { IgnitionCode } from './errors.ts';

export type Shape =
  | { readonly is: 'string' | 'integer' | 'boolean' }
  | { readonly is: 'array'; readonly of: Shape }
  | { readonly is: 'object'; readonly fields: Readonly<Record<string, Field>> };

export interface Field {
  readonly shape: Shape;
  /** The minor version of 3.x that brought it. */
  readonly since: number;
  readonly needed: boolean;
}

export type Report = (code: IgnitionCode, message: string, pointer: string, remedy?: string) => void;

/** Tells all that does not fit. Null is as absent, as Go reads it. */
export function checkShape(value: unknown, shape: Shape, minor: number, pointer: string, report: Report): void {
  if (value === null || value === undefined) return;
  if (!fits(value, shape))
    return report('KSN-IGN-006', `expected ${typeName(shape.is)}, found ${typeOf(value)}`, pointer);
  if (shape.is === 'array')
    for (const [at, each] of (value as readonly unknown[]).entries()) {
      const place = childPointer(pointer, at);
      if (each === null) report('KSN-IGN-006', `expected ${typeName(shape.of.is)}, found ${typeOf(null)}`, place);
      else checkShape(each, shape.of, minor, place, report);
    }
  if (shape.is === 'object') checkFields(value as Readonly<Record<string, unknown>>, shape, minor, pointer, report);
}

function checkFields(
  value: Readonly<Record<string, unknown>>,
  { fields }: Shape & { readonly is: 'object' },
  minor: number,
  pointer: string,
  report: Report,
): void {
  const known = Object.keys(fields);
  const misspelt = new Set<string>();
  for (const [key, each] of Object.entries(value)) {
    const at = childPointer(pointer, key);
    const field = Object.hasOwn(fields, key) ? fields[key] : undefined;
    if (field === undefined) {
      const guess = nearest(key, known);
      if (guess !== undefined) misspelt.add(guess);
      const words = guess === undefined ? '' : `; did you mean ${quoted(guess)}?`;
      const remedy = guess === undefined ? `Known here: ${oneOf(known)}.` : `Write ${quoted(guess)}.`;
      report('KSN-IGN-003', `${quoted(key)} is not known here${words}`, at, remedy);
    } else if (field.since > minor && each !== null)
      report(
        'KSN-IGN-004',
        `${quoted(key)} came with 3.${field.since}.0, and this is a config of 3.${minor}.0`,
        at,
        `Raise ignition.version to '3.${field.since}.0'.`,
      );
    else checkShape(each, field.shape, minor, at, report);
  }
  for (const [key, { needed }] of Object.entries(fields))
    if (needed && (value[key] === undefined || value[key] === null) && !misspelt.has(key))
      report('KSN-IGN-005', `${quoted(key)} is missing`, pointer);
}

function fits(value: unknown, { is }: Shape): boolean {
  if (is === 'array') return Array.isArray(value);
  if (is === 'object') return typeof value === 'object' && !Array.isArray(value);
  return is === 'integer' ? Number.isSafeInteger(value) : typeof value === is;
}
