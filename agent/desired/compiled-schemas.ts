/**
 * The schemas of a document in parts, each compiled when it is first used: a section that no spec has costs nothing,
 * and the fields that all kinds share, most of every schema, are compiled once.
 */
import { Type, type TSchema } from '@sinclair/typebox';
import { Ajv, type ValidateFunction } from 'ajv';
import { bug } from '../base/errors.ts';
import type { AnyKind } from '../resources/kind.ts';
import { headSchema } from './node-spec-schema.ts';
import { sharedProperties } from './shared-schema.ts';
import { EXPECTED, KEY_EXAMPLE, KEY_MEANING } from './value-types.ts';

/** The head, a kind's own fields, and those that all kinds share. */
export type Part = AnyKind | 'head' | 'shared';

export class CompiledSchemas {
  readonly #schemas: ReadonlyMap<Part, TSchema>;
  readonly #ajv: Ajv;
  readonly #compiled = new Map<Part, ValidateFunction>();

  private constructor(schemas: ReadonlyMap<Part, TSchema>) {
    this.#schemas = schemas;
    this.#ajv = new Ajv({
      strict: true,
      allErrors: true,
      verbose: true,
      messages: false,
      allowUnionTypes: true,
      validateFormats: false,
      // The kinds' schemas are ours: tests hold them against the meta schema, and reading starts sooner without.
      validateSchema: false,
      code: { optimize: false },
    });
    for (const keyword of [EXPECTED, KEY_MEANING, KEY_EXAMPLE]) this.#ajv.addKeyword({ keyword, schemaType: 'string' });
  }

  /** Loads the schemas of these kinds; compiles none yet. */
  static async of(kinds: readonly AnyKind[]): Promise<CompiledSchemas> {
    const own = await Promise.all(kinds.map(async (kind) => [kind, withoutShared(await kind.schema())] as const));
    const shared = Type.Object(sharedProperties);
    return new CompiledSchemas(new Map<Part, TSchema>([['head', headSchema(kinds)], ['shared', shared], ...own]));
  }

  /** Its errors stand in the function itself until it is called again. */
  validatorOf(part: Part): ValidateFunction {
    const known = this.#compiled.get(part);
    if (known !== undefined) return known;
    const schema = this.#schemas.get(part);
    if (schema === undefined) throw bug('a kind that the schemas were not loaded for');
    const made = this.#ajv.compile(schema);
    this.#compiled.set(part, made);
    return made;
  }
}

/** The schema of one resource with anything allowed under the names of the shared fields. */
function withoutShared(schema: TSchema): TSchema {
  const { properties, anyOf } = schema as {
    readonly properties?: Readonly<Record<string, TSchema>>;
    readonly anyOf?: readonly TSchema[];
  };
  if (anyOf !== undefined) return { ...schema, anyOf: anyOf.map(withoutShared) };
  if (properties === undefined) return schema;
  const shared: Readonly<Record<string, TSchema>> = sharedProperties;
  const own = Object.entries(properties).map(([name, type]) => [name, type === shared[name] ? {} : type]);
  return { ...schema, properties: Object.fromEntries(own) as Readonly<Record<string, TSchema>> };
}
