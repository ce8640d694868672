/** Writes schema/nodespec-v1.json out of the kinds' schemas. Run: bin/node packaging/generate-schema.ts */
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { jsonSchema } from '../agent/desired/json-schema.ts';
import { kinds } from '../agent/resources/registry.ts';

const folder = fileURLToPath(new URL('../schema/', import.meta.url));
mkdirSync(folder, { recursive: true });
writeFileSync(`${folder}nodespec-v1.json`, `${JSON.stringify(await jsonSchema(kinds), null, 2)}\n`);
console.log('schema/nodespec-v1.json written');
