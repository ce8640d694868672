/** Schemas and values in people's words. */
import { EXPECTED, type KEY_MEANING } from './value-types.ts';
import { oneOf, quoted } from '../base/words.ts';

/** The part of JSON Schema that findings look at. */
export interface Schema {
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly description?: string;
  readonly [EXPECTED]?: string;
  readonly [KEY_MEANING]?: string;
}

const typeNames: Readonly<Record<string, string>> = {
  object: 'a map',
  array: 'a list',
  string: 'text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  null: 'nothing (null)',
};

/** A type of JSON Schema as people say it; unknown ones as they are. */
export function typeName(type: string): string {
  return typeNames[type] ?? type;
}

/** None where the schema does not say. */
export function typesOf({ type }: Schema): readonly string[] {
  if (type === undefined) return [];
  return typeof type === 'string' ? [type] : type;
}

/** What a value is; never what it says. */
export function typeOf(value: unknown): string {
  if (value === null) return typeName('null');
  if (Array.isArray(value)) return typeName('array');
  if (typeof value === 'number') return typeName('number');
  return typeName(typeof value);
}

/** One form that a place takes: "'reload'", "a map with 'signal'", "a duration with its unit …". */
export function describeSchema(schema: Schema): string {
  if (schema.const !== undefined) return quoted(plainText(schema.const));
  if (schema.enum !== undefined) return oneOf(schema.enum.map(plainText));
  if (schema[EXPECTED] !== undefined) return schema[EXPECTED];
  const types = typesOf(schema).map(typeName).join(' or ');
  const { required = [] } = schema;
  return required.length > 0
    ? `${types} with ${required.map(quoted).join(' and ')}`
    : types === ''
      ? 'another value'
      : types;
}

/** ['a', 'b', 'c'] → 'a, b or c'. */
export function alternatives(words: readonly string[]): string {
  const distinct = [...new Set(words)];
  return distinct.length < 2 ? distinct.join('') : `${distinct.slice(0, -1).join(', ')} or ${distinct.at(-1)}`;
}

/** A constant of a schema, as it is written. */
export function plainText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
