/** `keelson schema`: the JSON Schema of a NodeSpec, for editors. */
import { jsonSchema } from '../desired/json-schema.ts';
import { kinds } from '../resources/registry.ts';
import type { ExitCode, Invocation } from './invocation.ts';

export async function schema({ terminal }: Invocation): Promise<ExitCode> {
  terminal.print(JSON.stringify(await jsonSchema(kinds), null, 2));
  return 0;
}
