/** Writes docs/reference.md out of the schemas. Run: bin/node packaging/generate-reference.ts */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { kinds } from '../agent/resources/registry.ts';
import { referencePage } from './reference-page.ts';

writeFileSync(fileURLToPath(new URL('../docs/reference.md', import.meta.url)), await referencePage(kinds));
console.log('docs/reference.md written');
