/** `keelson explain CODE|KIND[.field]`: works offline, out of the catalogues and schemas of this very program. */
import type { ErrorCode } from '../base/errors.ts';
import { allExplanations } from './catalogues.ts';
import { cliError } from './errors.ts';
import type { ExitCode, Invocation } from './invocation.ts';
import { widthOf, wrappedColumns } from './text/columns.ts';
import { explanationText } from './text/explain-text.ts';
import { fieldNames, schemaAt, schemaText, summaryOf, type JsonSchema } from './text/schema-text.ts';

export async function explain({ terminal }: Invocation, name: string | undefined): Promise<ExitCode> {
  if (name === undefined) terminal.print(await contents(terminal.width));
  else if (/^KSN-/iu.test(name)) terminal.print(ofCode(name.toUpperCase()));
  else terminal.print(await ofField(name, terminal.width));
  return 0;
}

function ofCode(code: string): string[] {
  const explanation = allExplanations().get(code as ErrorCode);
  if (explanation === undefined) throw cliError('KSN-CLI-004', `no code ${code}`, { element: code });
  return explanationText(code as ErrorCode, explanation);
}

/** `files.content`, `file.content`, `spec.health.deadline`, `health.deadline`, `metadata.series`. */
async function ofField(name: string, width: number | undefined): Promise<string[]> {
  const { root, section } = await schemas();
  const [first = '', ...rest] = name.split('.');
  const path = [section.get(first) ?? first, ...rest];
  const whole: JsonSchema = { ...root, properties: { ...root.properties?.['spec']?.properties, ...root.properties } };
  const found = schemaAt(whole, path);
  if (found !== null) return schemaText(path, found, width);
  const parent = schemaAt(whole, path.slice(0, -1));
  const known = parent === null ? [] : fieldNames(parent);
  throw cliError('KSN-CLI-004', `no field ${name}`, {
    element: name,
    ...(known.length > 0 && { remedy: `There are: ${known.join(', ')}.` }),
  });
}

/** The published schema, and the section of each prefix: `file` → `files`. */
async function schemas(): Promise<{ readonly root: JsonSchema; readonly section: ReadonlyMap<string, string> }> {
  const [{ kinds }, { jsonSchema }] = await Promise.all([
    import('../resources/registry.ts'),
    import('../desired/json-schema.ts'),
  ]);
  return { root: await jsonSchema(kinds), section: new Map(kinds.map((kind) => [kind.prefix, kind.name])) };
}

async function contents(width: number | undefined): Promise<string[]> {
  const { root } = await schemas();
  const fields = Object.entries({ ...root.properties, ...root.properties?.['spec']?.properties });
  const options = { indent: '   ', ...widthOf({ width }) };
  const codes = [...allExplanations()].map(([code, { meaning }]) => [code, meaning]);
  return [
    'fields of a NodeSpec (keelson explain FIELD)',
    ...wrappedColumns(
      fields.map(([name, field]) => [name, summaryOf(field)]),
      options,
    ),
    'codes (keelson explain CODE)',
    ...wrappedColumns(codes, options),
  ];
}
