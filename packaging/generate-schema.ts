/** Writes schema/nodespec-v1.json and layer-v1.json out of the kinds' schemas. Run: bin/node packaging/generate-schema.ts */
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { layerSchema } from '../agent/authoring/layer-schema.ts';
import { jsonSchema } from '../agent/desired/json-schema.ts';
import { kinds } from '../agent/resources/registry.ts';

const folder = fileURLToPath(new URL('../schema/', import.meta.url));
mkdirSync(folder, { recursive: true });
for (const [name, schema] of [
  ['nodespec-v1.json', await jsonSchema(kinds)],
  ['layer-v1.json', await layerSchema(kinds)],
] as const) {
  writeFileSync(`${folder}${name}`, `${JSON.stringify(schema, null, 2)}\n`);
  console.log(`schema/${name} written`);
}
