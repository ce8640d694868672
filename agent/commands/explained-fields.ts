/** The fields of a NodeSpec by the names that people use for them, each in words. */
import { nearest, quoted } from '../base/words.ts';
import { LAYER_KEYS, resourceKeys } from '../authoring/layer-schema.ts';
import { isLaterField, isLaterSection, laterSectionOf } from '../desired/later.ts';
import { sectionPath } from '../desired/section-place.ts';
import { plainSchema } from '../desired/json-schema.ts';
import { kinds } from '../resources/registry.ts';
import { cliError } from './errors.ts';
import { exampleAt } from './text/schema-example.ts';
import type { JsonSchema } from './text/json-schema.ts';
import { fieldNames, schemaAt, schemaText, summaryOf } from './text/schema-text.ts';

/** Deeper than any field lies. */
const deepest = 6;

/** What can be asked for by name: the fields of the document, and the keys that only layers have. */
export class ExplainedFields {
  /** The document, with what stands under `spec` beside the rest, and what only layers have. */
  readonly #root: JsonSchema;
  /** The section of each prefix: `file` → `files`. */
  readonly #sections: ReadonlyMap<string, string>;

  constructor(document: JsonSchema, sections: ReadonlyMap<string, string>) {
    this.#root = {
      type: 'object',
      properties: { ...document.properties?.['spec']?.properties, ...document.properties },
    };
    this.#sections = sections;
  }

  /** What is known of a name that comes in a later release; null: it is none. */
  laterText(name: string): string[] | null {
    const path = this.#pathOf(name);
    const [first = '', last = first] = [path[0], path.at(-1)];
    if (schemaAt(this.#root, path) !== null) return null;
    const named = [first, path.slice(0, 2).join('.')].find(isLaterSection);
    const section = named ?? laterSectionOf(`${first}:`);
    const isField = isLaterField(last) && (path.length === 1 || kinds.some((kind) => kind.name === first));
    if (section === undefined && !isField) return null;
    const what = section ?? last;
    return [
      `${name}  comes in a later release`,
      `   A spec that has ${quoted(what)} is refused for now (KSN-SPEC-015).`,
    ];
  }

  /** `files.content`, `file.content`, `spec.health.deadline`, `health.deadline`. @throws KSN-CLI-004 with what was meant */
  text(name: string, width: number | undefined): string[] {
    const path = this.#pathOf(name);
    const found = schemaAt(this.#root, path);
    if (found === null) throw this.#unknown(name, path);
    // A whole section with an example of each kind would be no example of anything.
    const example = path.join('.') === 'spec' ? undefined : exampleAt(this.#root, path);
    return schemaText(path, found, { width, example });
  }

  /** What can be asked for, a line each. */
  summary(): readonly (readonly string[])[] {
    return Object.entries(this.#root.properties ?? {}).map(([name, field]) => [name, summaryOf(field)]);
  }

  /** Every field by its dotted name. */
  names(): readonly string[] {
    const names: string[] = [];
    const walk = (schema: JsonSchema, path: readonly string[]): void => {
      for (const field of path.length < deepest ? fieldNames(schema) : []) {
        const at = [...path, field];
        names.push(at.join('.'));
        const inner = schemaAt(schema, [field]);
        if (inner !== null && at[0] !== 'spec') walk(inner, at);
      }
    };
    walk(this.#root, []);
    return names;
  }

  #pathOf(name: string): readonly string[] {
    const [first = '', ...rest] = name.split('.');
    const section = this.#sections.get(first);
    return section === undefined ? [first, ...rest] : [...sectionPath(section), ...rest];
  }

  #unknown(name: string, path: readonly string[]): Error {
    const parent = schemaAt(this.#root, path.slice(0, -1));
    const known = parent === null ? [] : fieldNames(parent);
    const names = this.names();
    // A field of many kinds, named without one.
    const elsewhere = names.filter((each) => each.endsWith(`.${name}`)).slice(0, 4);
    const sibling = nearest(path.at(-1) ?? '', known);
    const meant =
      parent === null ? nearest(path.join('.'), names) : sibling && [...path.slice(0, -1), sibling].join('.');
    const remedies = [
      ...(elsewhere.length > 0 ? [`There is ${elsewhere.join(', ')}.`] : []),
      ...(elsewhere.length === 0 && meant !== undefined ? [`Did you mean ${meant}?`] : []),
      ...(known.length > 0 && path.length > 1 ? [`There are: ${known.join(', ')}.`] : []),
    ];
    return cliError('KSN-CLI-004', `no field ${name}`, {
      element: name,
      ...(remedies.length > 0 && { remedy: remedies.join(' ') }),
    });
  }
}

/** Of the kinds of this program. */
export async function explainedFields(): Promise<ExplainedFields> {
  const document = (await plainSchema(kinds)) as JsonSchema;
  const sections = { ...document.properties?.['spec']?.properties };
  for (const kind of kinds) {
    if (kind.bundle === undefined) continue;
    const section = sections[kind.name];
    const own = resourceKeys(kind) as Readonly<Record<string, JsonSchema>>;
    const resources = Object.entries(section?.patternProperties ?? {}).map(([pattern, resource]) => [
      pattern,
      {
        ...resource,
        properties: { ...resource.properties, ...own },
        ...(own['from'] !== undefined && {
          examples: [...(resource.examples ?? []), { from: own['from'].examples?.[0], template: true }],
        }),
      },
    ]);
    sections[kind.name] = {
      ...section,
      patternProperties: Object.fromEntries(resources) as Record<string, JsonSchema>,
    };
  }
  const properties = { ...document.properties, ...(LAYER_KEYS as Readonly<Record<string, JsonSchema>>) };
  const whole = { ...document, properties: { ...properties, spec: { ...properties['spec'], properties: sections } } };
  return new ExplainedFields(whole, new Map(kinds.map(({ prefix, name }) => [prefix, name])));
}
