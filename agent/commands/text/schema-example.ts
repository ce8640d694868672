/** An example of any field, out of the examples that the schema has, with all that must stand beside it. */
import { mapValue, type JsonSchema } from './json-schema.ts';

/** What one would write to have the field at `path`, from the root of the schema on; null where there is no such field. */
export function exampleAt(schema: JsonSchema, path: readonly string[]): unknown {
  const [name, ...rest] = path;
  if (name === undefined) return exampleOf(schema);
  const each = mapValue(schema);
  if (each !== undefined) {
    const inside = exampleAt(each, path);
    return inside === null ? null : { [keyOf(schema, name)]: inside };
  }
  if (schema.items !== undefined) {
    const inside = exampleAt(schema.items, path);
    return inside === null ? null : [inside];
  }
  const field = schema.properties?.[name];
  if (field !== undefined) {
    const inside = exampleAt(field, rest);
    if (inside === null) return null;
    // One of several forms: the field itself is the one.
    const alone = schema.maxProperties === 1;
    const beside = alone ? [] : needed(schema, name).filter((other) => other !== name);
    return { ...fieldsOf(schema, beside), [name]: inside };
  }
  for (const form of schema.anyOf ?? []) {
    const inside = exampleAt(form, path);
    if (inside !== null) return inside;
  }
  return null;
}

function exampleOf(schema: JsonSchema): unknown {
  if (schema.examples !== undefined) return schema.examples[0];
  if (schema.const !== undefined) return schema.const;
  if (schema.enum !== undefined) return schema.enum[0];
  if (schema.anyOf?.[0] !== undefined) return exampleOf(schema.anyOf[0]);
  if (schema.items !== undefined) return [exampleOf(schema.items)];
  const each = mapValue(schema);
  if (each !== undefined) return { [keyOf(schema)]: exampleOf(each) };
  switch (schema.type) {
    case 'boolean':
      return schema.default !== true;
    case 'integer':
      return schema.minimum ?? 1;
    case 'string':
      return schema.default ?? 'text';
    case 'object':
      return fieldsOf(schema, needed(schema));
    default:
      return schema.default ?? {};
  }
}

/** What stands beside the field: as the example that has it begins, else what must, else as the first example begins. */
function needed(
  { required = [], minProperties = 0, properties = {}, examples = [] }: JsonSchema,
  field?: string,
): readonly string[] {
  const fitting = examples.find((example) => field !== undefined && Object.keys(example ?? {}).includes(field));
  if (fitting !== undefined) return beginOf(fitting);
  if (required.length > 0) return required;
  // Where a map takes one of several fields, the first.
  return minProperties > 0 ? Object.keys(properties).slice(0, minProperties) : beginOf(examples[0]);
}

function beginOf(example: unknown): readonly string[] {
  return Object.keys(example ?? {}).slice(0, 1);
}

function fieldsOf(schema: JsonSchema, names: readonly string[]): Readonly<Record<string, unknown>> {
  const { properties = {} } = schema;
  const [example = {}] = (schema.examples ?? []) as readonly Readonly<Record<string, unknown>>[];
  return Object.fromEntries(names.map((name) => [name, example[name] ?? exampleOf(properties[name] ?? {})]));
}

/** Of the entries that the examples have, the first with this field. */
function keyOf({ examples = [] }: JsonSchema, field?: string): string {
  const entries = examples.flatMap((example) => Object.entries(example ?? {}));
  const has = entries.find(([, value]) => field !== undefined && Object.keys(value ?? {}).includes(field));
  return (has ?? entries[0])?.[0] ?? 'NAME';
}
