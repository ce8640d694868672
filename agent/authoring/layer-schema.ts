/**
 * The JSON Schema of a layer, made of that of a NodeSpec: parts may be left out, `null` removes, a reference may stand
 * for any value, and there are the keys that only authors have. For editors and `explain`; a build judges by itself.
 */
import { forEditors, plainSchema } from '../desired/json-schema.ts';
import type { AnyKind } from '../resources/kind.ts';
import { VAR_TYPES } from './var-types.ts';

export const LAYER_SCHEMA_ID = 'https://keelson.dev/schema/layer-v1.json';

interface Schema {
  readonly [key: string]: unknown;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly patternProperties?: Readonly<Record<string, Schema>>;
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
}

const path = { type: 'string', pattern: '^[^/]', 'x-expected': 'a path that does not begin with /' } as const;

const varType = {
  type: 'string',
  enum: VAR_TYPES,
  description: 'What its values are.',
  examples: ['integer'],
} as const;

const declaration: Schema = {
  type: 'object',
  additionalProperties: false,
  required: ['type'],
  description: 'What the variable may be.',
  examples: [{ type: 'integer', min: 1, max: 254, description: 'The higher one has the address.' }],
  properties: {
    type: varType,
    default: {
      description: 'The value where no layer says one. Without it, each node must.',
      examples: [100],
    },
    description: { type: 'string', description: 'For people.', examples: ['The address that clients use.'] },
    min: { type: 'integer', description: 'Of an integer: the smallest.', examples: [1] },
    max: { type: 'integer', description: 'Of an integer: the largest.', examples: [254] },
    pattern: {
      type: 'string',
      description: 'Of a string: a regular expression for the whole of it.',
      examples: ['[a-z]+'],
    },
    values: {
      type: 'array',
      items: { type: 'string' },
      minItems: 1,
      description: 'Of an enum: the texts that it takes.',
      examples: [['blue', 'green']],
    },
    of: {
      description: 'Of a list: the type of each entry, by name or as a map with a type of its own.',
      examples: ['ip'],
      anyOf: [varType, { type: 'object', required: ['type'], properties: { type: varType } }],
    },
    join: {
      type: 'string',
      description: 'Of a list: what stands between its entries within a text.',
      examples: [', '],
    },
  },
};

/** The keys that a layer has beside those of a NodeSpec. */
export const LAYER_KEYS: Readonly<Record<string, Schema>> = {
  extends: {
    type: 'array',
    items: { ...path, description: 'The path of a layer.', 'x-expected': "the path of a layer: '../base.yaml'" },
    uniqueItems: true,
    description: 'Layers that this one is laid over, by their paths from its own folder. Their order means nothing.',
    examples: [['../roles/lb.yaml']],
  },
  vars: {
    type: 'object',
    additionalProperties: false,
    description:
      'Variables by name: a map with a type declares one, anything else is its value. `${vars.NAME}` stands for it anywhere under spec.',
    'x-key': 'a letter, then letters, digits and _',
    examples: [{ vrrpPriority: { type: 'integer', min: 1, max: 254 } }],
    patternProperties: {
      '^[A-Za-z][A-Za-z0-9_]{0,63}$': {
        description: 'A declaration, or a value. null takes away the value that the layers below give.',
        anyOf: [declaration, { type: ['string', 'integer', 'boolean', 'array', 'null'] }],
      },
    },
  },
};

/** The keys that a resource has in a layer, by what its kind makes of a bundled file. */
export function resourceKeys({ bundle }: Pick<AnyKind, 'bundle'>): Readonly<Record<string, Schema>> {
  if (bundle === undefined) return {};
  return {
    from: {
      ...path,
      description: `A file of the site, by its path from there, that becomes \`${bundle.field}\`.`,
      examples: [bundle.read === undefined ? 'files/haproxy.cfg' : 'pods/haproxy.yaml'],
    },
    template: {
      type: 'boolean',
      default: false,
      description: 'Resolve `${vars.…}` and `${facts.…}` in the file, and nothing else.',
    },
  };
}

/** Draft 7, the same for the same kinds. */
export async function layerSchema(kinds: readonly AnyKind[]): Promise<Readonly<Record<string, unknown>>> {
  const { properties = {} } = (await plainSchema(kinds)) as Schema;
  const { metadata, spec, ...others } = properties;
  const { generation: _, ...head } = metadata?.properties ?? {};
  const own: Record<string, Schema> = Object.fromEntries(
    Object.entries({
      ...others,
      metadata: { ...metadata, properties: head },
      spec: withResourceKeys(spec ?? {}, kinds),
    }).map(([name, field]) => [name, partial(field)]),
  );
  return forEditors(LAYER_SCHEMA_ID, {
    type: 'object',
    additionalProperties: false,
    title: 'Keelson layer',
    description: 'A part of a NodeSpec, laid over others by `keelson build`.',
    properties: { ...LAYER_KEYS, ...own },
    definitions: {
      removed: { type: 'null', description: 'Removes what the layers below say.' },
      reference: {
        type: 'string',
        pattern: String.raw`\$\{(?:vars|facts)\.`,
        description: 'A variable or fact: `${vars.NAME}`, `${facts.hostname}`.',
      },
    },
  });
}

function withResourceKeys(spec: Schema, kinds: readonly AnyKind[]): Schema {
  const sections = kinds
    .filter(({ bundle }) => bundle !== undefined)
    .map((kind) => {
      const section = spec.properties?.[kind.name] ?? {};
      const resources = Object.entries(section.patternProperties ?? {}).map(([pattern, resource]) => [
        pattern,
        { ...resource, properties: { ...resourceKeys(kind), ...resource.properties } },
      ]);
      return [kind.name, { ...section, patternProperties: Object.fromEntries(resources) }];
    });
  return { ...spec, properties: { ...spec.properties, ...(Object.fromEntries(sections) as Record<string, Schema>) } };
}

/** With nothing that must be there, and each member removable or said by a reference. */
function partial(schema: Schema): Schema {
  const { required: _, minProperties: __, ...rest } = schema;
  const members = (of: Readonly<Record<string, Schema>>) =>
    Object.fromEntries(Object.entries(of).map(([name, member]) => [name, removable(partial(member))]));
  return {
    ...rest,
    ...(schema.properties !== undefined && { properties: members(schema.properties) }),
    ...(schema.patternProperties !== undefined && { patternProperties: members(schema.patternProperties) }),
    ...(schema.anyOf !== undefined && { anyOf: schema.anyOf.map(partial) }),
    // A list is replaced as a whole: what is in it is complete.
    ...(schema.items !== undefined && { items: withReferences(schema.items) }),
  };
}

/** Words and examples stay where an editor looks for them. */
function removable(schema: Schema): Schema {
  const { description, default: usual, examples, ...value } = schema;
  return {
    ...(description !== undefined && { description }),
    ...(usual !== undefined && { default: usual }),
    ...(examples !== undefined && { examples }),
    anyOf: [value, ...(isMap(schema) ? [] : [{ $ref: '#/definitions/reference' }]), { $ref: '#/definitions/removed' }],
  };
}

function withReferences(schema: Schema): Schema {
  const members = (of: Readonly<Record<string, Schema>>) =>
    Object.fromEntries(
      Object.entries(of).map(([name, member]) => {
        const { description, ...value } = withReferences(member);
        const said = description === undefined ? {} : { description };
        return [
          name,
          isMap(member) ? { ...said, ...value } : { ...said, anyOf: [value, { $ref: '#/definitions/reference' }] },
        ];
      }),
    );
  if (schema.properties !== undefined) return { ...schema, properties: members(schema.properties) };
  if (schema.anyOf !== undefined) return { ...schema, anyOf: schema.anyOf.map(withReferences) };
  if (schema.items !== undefined) return { ...schema, items: withReferences(schema.items) };
  if (isMap(schema)) return schema;
  return {
    anyOf: [schema, { $ref: '#/definitions/reference' }],
    ...(schema.description !== undefined && { description: schema.description }),
  };
}

function isMap({ type }: Schema): boolean {
  return type === 'object';
}
