/** The published JSON Schema: gives editors completion and words. The agent's own check is the same schema and more. */
import type { AnyKind } from '../resources/kind.ts';
import { completeSchema } from './node-spec-schema.ts';

export const SCHEMA_ID = 'https://keelson.dev/schema/nodespec-v1.json';

type Json = Readonly<Record<string, unknown>>;

/** As plain data, the same for the same kinds. */
export async function plainSchema(kinds: readonly AnyKind[]): Promise<Json> {
  // TypeBox marks its schemas with symbols, which JSON leaves out.
  return JSON.parse(JSON.stringify(await completeSchema(kinds))) as Json;
}

/** Draft 7: what editors read. */
export async function jsonSchema(kinds: readonly AnyKind[]): Promise<Json> {
  return forEditors(SCHEMA_ID, await plainSchema(kinds));
}

/** With its name, and with defaults in the words too: of those alone an editor shows nothing. */
export function forEditors(id: string, schema: Json): Json {
  return { $schema: 'http://json-schema.org/draft-07/schema#', $id: id, ...(spoken(schema) as Json) };
}

function spoken(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(spoken);
  if (typeof schema !== 'object' || schema === null) return schema;
  const said = Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [key, key === 'examples' ? value : spoken(value)]),
  );
  const { description, default: usual } = said;
  if (typeof description !== 'string' || usual === undefined) return said;
  return { ...said, description: `${description} Default: ${JSON.stringify(usual)}.` };
}
