/** docs/reference.md: every field of a NodeSpec and of a layer, from the schemas. */
import { LAYER_KEYS, resourceKeys } from '../agent/authoring/layer-schema.ts';
import { mapValue, type JsonSchema } from '../agent/commands/text/json-schema.ts';
import { exampleAt } from '../agent/commands/text/schema-example.ts';
import { typeWords } from '../agent/commands/text/schema-text.ts';
import { yamlLines } from '../agent/commands/text/yaml-lines.ts';
import { plainSchema } from '../agent/desired/json-schema.ts';
import { sectionPath } from '../agent/desired/section-place.ts';
import { sharedProperties } from '../agent/desired/shared-schema.ts';
import type { AnyKind } from '../agent/resources/kind.ts';

type Fields = Readonly<Record<string, JsonSchema>>;

export async function referencePage(kinds: readonly AnyKind[]): Promise<string> {
  const document = (await plainSchema(kinds)) as JsonSchema;
  const { spec, ...head } = document.properties ?? {};
  const sections = spec?.properties ?? {};
  const { gates, health, ...ofKinds } = sections;
  const [first] = Object.values(ofKinds);
  const shared = Object.fromEntries(
    Object.entries(mapValue(first ?? {})?.properties ?? {}).filter(
      ([name]) => name in sharedProperties && name !== 'gates',
    ),
  );
  const check = Object.fromEntries(
    Object.entries(mapValue(ofKinds['files'] ?? {})?.properties ?? {}).filter(([name]) => name === 'check'),
  );
  const lines = [
    '# Reference',
    '',
    'Every field, made from the schemas by `bin/node packaging/generate-reference.ts`; `keelson explain FIELD` says the same on',
    'a node, with pattern and example. What the fields mean together: [NodeSpec](nodespec.md), [static pods](pods.md),',
    '[authoring](authoring.md). A `*` marks what must be there, `NAME.*` each value of a map, `NAME[]` each entry of a list.',
    '',
    '## The document',
    '',
    ...table({ ...head, spec: { ...spec, properties: {} } }, document.required ?? []),
    '',
    '## Health and gates',
    '',
    'Under `spec`; `gates` also at each resource.',
    '',
    ...table({ health: health ?? {}, gates: gates ?? {} }, []),
  ];
  for (const kind of kinds) {
    const path = sectionPath(kind.name);
    const section = path.reduce<JsonSchema>((at, part) => at.properties?.[part] ?? {}, { properties: sections });
    const resource = mapValue(section) ?? {};
    // Of a kind that also takes a value alone: the form with fields.
    const whole = [resource, ...(resource.anyOf ?? [])].find(({ properties }) => properties !== undefined) ?? resource;
    const own = Object.fromEntries(
      Object.entries(whole.properties ?? {}).filter(([name]) => !(name in sharedProperties)),
    );
    lines.push('', `## ${kind.name}`, '');
    lines.push(
      `${resource.description ?? ''} Each key is ${kind.key.meaning}; its address is \`${kind.prefix}:KEY\`.`,
      '',
    );
    lines.push(...table(own, whole.required ?? []), '', '```yaml');
    lines.push(...yamlLines(exampleAt({ type: 'object', properties: sections }, path)), '```');
  }
  lines.push('', '## Fields of every resource', '');
  lines.push('`check` stands where there is content to be checked: at files and static pods.', '');
  lines.push(...table({ ...shared, ...check }, []));
  lines.push('', '## Keys of layers', '');
  lines.push(
    'What only authors have; `keelson build` resolves it. In a layer `null` removes, and nothing must be there.',
    '',
  );
  const bundled = Object.assign({}, ...kinds.map((kind) => resourceKeys(kind))) as Fields;
  const words = kinds.flatMap(({ name, bundle }) =>
    bundle === undefined ? [] : [`\`${bundle.field}\` of \`${name}\``],
  );
  const from = {
    ...bundled['from'],
    description: `A file of the site, by its path from there, that becomes ${words.join(', ')}.`,
  };
  lines.push(...table({ ...(LAYER_KEYS as Fields), ...bundled, from }, []));
  return `${lines.join('\n')}\n`;
}

function table(fields: Fields, required: readonly string[]): readonly string[] {
  const rows = Object.entries(fields).flatMap(([name, field]) => rowsOf(name, field, required.includes(name)));
  const cells = rows.map((row) => `| ${row.map((cell) => cell.replaceAll('|', String.raw`\|`)).join(' | ')} |`);
  return ['| field | takes | default | |', '|---|---|---|---|', ...new Set(cells)];
}

function rowsOf(name: string, field: JsonSchema, isRequired: boolean): readonly (readonly string[])[] {
  const usual = field.default === undefined ? '' : `\`${JSON.stringify(field.default)}\``;
  const own = [`\`${name}\`${isRequired ? '*' : ''}`, typeWords(field), usual, field.description ?? ''];
  return [own, ...inside(name, field)];
}

/** Of a map, a list, or one of several forms: what stands there. */
function inside(name: string, schema: JsonSchema): readonly (readonly string[])[] {
  const value = mapValue(schema);
  return [
    ...Object.entries(schema.properties ?? {}).flatMap(([field, inner]) =>
      rowsOf(`${name}.${field}`, inner, schema.required?.includes(field) === true && !name.endsWith('[]')),
    ),
    ...(value === undefined ? [] : rowsOf(`${name}.*`, value, false)),
    ...(schema.items === undefined ? [] : inside(`${name}[]`, schema.items)),
    ...(schema.anyOf ?? []).flatMap((form) => inside(name, form)),
  ];
}
