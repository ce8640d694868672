/** `keelson schema [--layer]`: the JSON Schema of a NodeSpec, or of a layer of a site, for editors. */
import { layerSchema } from '../authoring/layer-schema.ts';
import { jsonSchema } from '../desired/json-schema.ts';
import { kinds } from '../resources/registry.ts';
import type { ExitCode, Invocation } from './invocation.ts';

export interface SchemaOptions {
  /** Of a layer. */
  readonly layer: boolean;
}

export async function schema({ terminal }: Invocation, { layer }: SchemaOptions): Promise<ExitCode> {
  terminal.print(JSON.stringify(await (layer ? layerSchema : jsonSchema)(kinds), null, 2));
  return 0;
}
