/**
 * A place that takes one of several forms fails once for each form. Of that noise one thing is told: what is
 * wrong with the form that was meant, or, where that cannot be known, which forms there are.
 */
import type { ErrorObject } from 'ajv';
import type { SpecCode } from './errors.ts';
import { childPointer } from './pointer.ts';
import { alternatives, describeSchema, typeOf, typesOf, type Schema } from './schema-words.ts';
import { nearest, oneOf, quoted } from '../base/words.ts';

/** One failed anyOf or oneOf and what each of its branches said. */
export interface FailedUnion {
  readonly error: ErrorObject;
  readonly branches: readonly (readonly ErrorObject[])[];
}

export type UnionOutcome =
  | { readonly errors: readonly ErrorObject[] }
  | { readonly code: SpecCode; readonly message: string; readonly pointer: string };

/** The outermost unions, and the errors that belong to none. */
export function splitUnions(errors: readonly ErrorObject[]): {
  readonly unions: readonly FailedUnion[];
  readonly rest: readonly ErrorObject[];
} {
  const all = errors.filter(({ keyword }) => keyword === 'anyOf' || keyword === 'oneOf');
  if (all.length === 0) return { unions: [], rest: errors };
  const outer = all.filter((one) => !all.some((other) => other !== one && isBelow(one, other)));
  const unions = outer.map((error) => {
    const branches: ErrorObject[][] = (error.schema as readonly unknown[]).map(() => []);
    for (const one of errors)
      if (isBelow(one, error))
        branches[Number(one.schemaPath.slice(error.schemaPath.length + 1).split('/', 1)[0])]?.push(one);
    return { error, branches };
  });
  return { unions, rest: errors.filter((one) => !outer.some((union) => one === union || isBelow(one, union))) };
}

/** One finding where no form, or more than one, fits; the errors of the form that was meant otherwise. */
export function unionFinding({ error, branches }: FailedUnion): UnionOutcome {
  const schemas = error.schema as readonly Schema[];
  const pointer = error.instancePath;
  if (error.keyword === 'oneOf' && error.params['passingSchemas'] !== null) {
    return { code: 'KSN-SPEC-033', message: 'more than one of the forms fits; choose one', pointer };
  }
  const meant = branches.filter((branch) => !branch.some((one) => one.instancePath === pointer && isIdentity(one)));
  if (meant.length === 0) return noForm(schemas, error.data, pointer);
  if (!isMap(error.data)) return { errors: meant.toSorted((a, b) => a.length - b.length)[0] ?? [] };
  return mapForm(meant, error, error.data);
}

/** Wrong before one looks inside. */
function isIdentity({ keyword }: ErrorObject): boolean {
  return keyword === 'type' || keyword === 'const' || keyword === 'enum';
}

function noForm(schemas: readonly Schema[], data: unknown, pointer: string): UnionOutcome {
  const words = schemas.flatMap(({ const: word }) => (typeof word === 'string' ? [word] : []));
  const guess = typeof data === 'string' ? nearest(data, words) : undefined;
  const takesText = typeof data === 'string' && schemas.some((schema) => typesOf(schema).includes('string'));
  const expected = `expected ${alternatives(schemas.map(describeSchema))}`;
  if (guess !== undefined)
    return { code: 'KSN-SPEC-013', message: `${expected}; did you mean ${quoted(guess)}?`, pointer };
  return takesText
    ? { code: 'KSN-SPEC-013', message: expected, pointer }
    : { code: 'KSN-SPEC-012', message: `${expected}, found ${typeOf(data)}`, pointer };
}

/** Forms are told apart by the keys that they need, or by a constant under a key. */
function mapForm(
  branches: readonly (readonly ErrorObject[])[],
  union: ErrorObject,
  data: Readonly<Record<string, unknown>>,
): UnionOutcome {
  const pointer = union.instancePath;
  const schemas = union.schema as readonly Schema[];
  const deviation = (branch: readonly ErrorObject[]): number =>
    branch.filter((one) => (one.keyword === 'required' && one.instancePath === pointer) || isTag(one, union)).length;
  const fewest = Math.min(...branches.map(deviation));
  const best = branches.filter((branch) => deviation(branch) === fewest).toSorted((a, b) => a.length - b.length);
  const names = [...new Set(schemas.flatMap(({ required = [] }) => required))];
  const given = names.filter((name) => Object.hasOwn(data, name));
  if (best.length === 1 || names.length === 0) return { errors: best[0] ?? [] };
  if (fewest === 0) {
    if (given.length > 1) return { code: 'KSN-SPEC-033', message: `takes only one of ${oneOf(given)}`, pointer };
    return { errors: best[0] ?? [] };
  }
  for (const key of Object.keys(data)) {
    const guess = names.includes(key) ? undefined : nearest(key, names);
    if (guess !== undefined)
      return {
        code: 'KSN-SPEC-010',
        message: `${quoted(key)} is not known here; did you mean ${quoted(guess)}?`,
        pointer: childPointer(pointer, key),
      };
  }
  return { code: 'KSN-SPEC-033', message: `needs one of ${oneOf(names)}`, pointer };
}

/** `type: 'x'` as a constant in each form: `…/anyOf/2/properties/type/const`. */
function isTag({ keyword, schemaPath }: ErrorObject, union: ErrorObject): boolean {
  return keyword === 'const' && schemaPath.slice(union.schemaPath.length + 1).split('/').length === 4;
}

function isBelow(one: ErrorObject, union: ErrorObject): boolean {
  const inside = one.instancePath === union.instancePath || one.instancePath.startsWith(`${union.instancePath}/`);
  return inside && one.schemaPath.startsWith(`${union.schemaPath}/`);
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
