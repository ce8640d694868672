/** Writes docs/errors.md out of the error catalogues. Run: node packaging/generate-error-docs.ts */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const page = execFileSync(process.execPath, [`${root}agent/main.ts`, 'explain', '--markdown'], { encoding: 'utf8' });
mkdirSync(`${root}docs`, { recursive: true });
writeFileSync(`${root}docs/errors.md`, page);
console.log('docs/errors.md written');
