/** The published JSON Schema: gives editors completion and words. The agent's own check is the same schema and more. */
import type { AnyKind } from '../resources/kind.ts';
import { completeSchema } from './node-spec-schema.ts';

export const SCHEMA_ID = 'https://keelson.dev/schema/nodespec-v1.json';

/** Plain JSON, the same for the same kinds. Draft 7: what editors read. */
export async function jsonSchema(kinds: readonly AnyKind[]): Promise<Readonly<Record<string, unknown>>> {
  // TypeBox marks its schemas with symbols, which JSON leaves out.
  const plain = JSON.parse(JSON.stringify(await completeSchema(kinds))) as Record<string, unknown>;
  return { $schema: 'http://json-schema.org/draft-07/schema#', $id: SCHEMA_ID, ...plain };
}
