/** `keelson explain KIND[.field]` in words, out of the published JSON Schema. */
import { wrappedColumns } from './columns.ts';
import { mapValue, type JsonSchema } from './json-schema.ts';
import { yamlLines } from './yaml-lines.ts';

/** The schema at a path such as `files.content.inline`; maps and lists are looked through. Null: no such field. */
export function schemaAt(root: JsonSchema, path: readonly string[]): JsonSchema | null {
  let at: JsonSchema = root;
  for (const name of path) {
    const next = fieldsOf(at).get(name);
    if (next === undefined) return null;
    at = next;
  }
  return at;
}

/** Names that can follow, for suggestions. */
export function fieldNames(schema: JsonSchema): readonly string[] {
  return [...fieldsOf(schema).keys()];
}

/**
 * What a field takes, what it is without, and which fields it has, wrapped to `width` columns; without one no line is
 * broken or cut. `example`: as one would write it.
 */
export function schemaText(
  path: readonly string[],
  schema: JsonSchema,
  { width, example }: { readonly width?: number | undefined; readonly example?: unknown } = {},
): string[] {
  const options = { indent: '   ', ...(width !== undefined && { width }) };
  const about: string[] = [];
  if (schema.description?.startsWith('Each key') === false) about.push(schema.description);
  const each = mapValue(schema);
  if (each !== undefined) {
    if (schema['x-key'] !== undefined) about.push(`Each key is ${schema['x-key']}.`);
    if (each.description !== undefined) about.push(`Each value: ${each.description}`);
  }
  const rows = [...fieldsOf(schema)].map(([name, field]) => [
    `${name}${isRequired(schema, name) ? '*' : ''}`,
    typeWords(field, withoutExamples),
    `${summaryOf(field)}${field.default === undefined ? '' : ` Default: ${plain(field.default)}.`}`,
  ]);
  return [
    ...wrappedColumns([[path.join('.'), typeWords(schema)]], { ...options, indent: '' }),
    ...about.flatMap((sentence) => wrappedColumns([[sentence]], options)),
    ...wrappedColumns(boundsOf(schema), options),
    ...(rows.length === 0 ? [] : ['fields (* must be there)', ...wrappedColumns(rows, { ...options, most: 24 })]),
    ...(example === undefined ? [] : ['example', ...yamlLines(example).map((line) => `   ${line}`)]),
  ];
}

/** What the value is without, and which ones are taken. */
function boundsOf(schema: JsonSchema): readonly (readonly string[])[] {
  const patterns = [schema, ...(schema.anyOf ?? [])].flatMap(({ pattern }) => (pattern === undefined ? [] : [pattern]));
  const limits = [
    ['from', schema.minimum],
    ['to', schema.maximum === Number.MAX_SAFE_INTEGER ? undefined : schema.maximum],
    ['at least', schema.minItems ?? schema.minLength ?? schema.minProperties],
    ['at most', schema.maxItems ?? schema.maxLength ?? schema.maxProperties],
  ] as const;
  const counted = limits.flatMap(([word, limit]) => (limit === undefined ? [] : [`${word} ${limit}`]));
  if (counted.length > 0) {
    const unit =
      schema.type === 'string'
        ? ' characters'
        : schema.type === 'array'
          ? ' entries'
          : schema.type === 'object'
            ? ' keys'
            : '';
    counted.push(counted.pop() + unit);
  }
  if (schema.uniqueItems === true) counted.push('none twice');
  return [
    ...(schema.default === undefined ? [] : [['default', plain(schema.default)]]),
    ...patterns.map((pattern) => ['pattern', pattern]),
    ...(counted.length === 0 ? [] : [['limits', counted.join(', ')]]),
  ];
}

function plain(value: unknown): string {
  return typeof value === 'string' ? `'${value}'` : JSON.stringify(value);
}

function fieldsOf(schema: JsonSchema): ReadonlyMap<string, JsonSchema> {
  const fields = new Map<string, JsonSchema>();
  for (const layer of layers(schema)) {
    for (const [name, field] of Object.entries(layer.properties ?? {})) if (!fields.has(name)) fields.set(name, field);
  }
  return fields;
}

/** The schema itself and what stands at its place: values of a map, items of a list, alternatives. */
function layers(schema: JsonSchema): readonly JsonSchema[] {
  const inside = [mapValue(schema), schema.items, ...(schema.anyOf ?? [])].filter((inner) => inner !== undefined);
  return [schema, ...inside.flatMap(layers)];
}

function isRequired(schema: JsonSchema, name: string): boolean {
  // One of several forms: nothing of a form is needed where another is taken.
  if (schema.anyOf !== undefined) return false;
  if (schema.properties?.[name] !== undefined) return schema.required?.includes(name) === true;
  return [mapValue(schema), schema.items].some((inner) => inner !== undefined && isRequired(inner, name));
}

/** What a list of fields says of one; of a map of resources, what one of them is. */
export function summaryOf(schema: JsonSchema): string {
  const own = schema.description ?? '';
  return (own.startsWith('Each key') ? mapValue(schema)?.description : undefined) ?? own;
}

/** `a duration with its unit: '500ms', '60s'` → `a duration with its unit`. */
function withoutExamples(expected: string): string {
  return expected.replace(/: ['[].*$/u, '');
}

/** What it takes: `a duration with its unit: '500ms', …`, `list of text`, `"a" | "b"`. */
export function typeWords(schema: JsonSchema, shorten = (expected: string): string => expected): string {
  const inner = (type: JsonSchema): string => typeWords(type, shorten);
  if (schema['x-expected'] !== undefined) return shorten(schema['x-expected']);
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  if (schema.anyOf !== undefined) return [...new Set(schema.anyOf.map(inner))].join(' | ');
  if (schema.items !== undefined) return `list of ${inner(schema.items)}`;
  if (mapValue(schema) !== undefined) return 'map';
  if (schema.type === 'integer' && schema.minimum !== undefined) return `whole number from ${schema.minimum}`;
  return words[schema.type ?? ''] ?? schema.type ?? 'anything';
}

const words: Readonly<Record<string, string>> = {
  object: 'fields',
  string: 'text',
  boolean: 'true | false',
  integer: 'whole number',
};
