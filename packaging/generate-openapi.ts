/** Writes schema/openapi-v1.json out of the routes of the endpoint. Run: bin/node packaging/generate-openapi.ts */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { openApiDocument } from './openapi-document.ts';

const file = fileURLToPath(new URL('../schema/openapi-v1.json', import.meta.url));
writeFileSync(file, `${JSON.stringify(await openApiDocument(), null, 2)}\n`);
console.log('schema/openapi-v1.json written');
