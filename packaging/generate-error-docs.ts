/** Writes docs/errors.md and docs/codes/ out of the error catalogues. Run: bin/node packaging/generate-error-docs.ts */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { allExplanations } from '../agent/commands/catalogues.ts';
import { errorPages } from './error-pages.ts';

const docs = fileURLToPath(new URL('../docs/', import.meta.url));
const pages = errorPages(allExplanations());
rmSync(`${docs}codes`, { recursive: true, force: true });
mkdirSync(`${docs}codes`, { recursive: true });
for (const [path, text] of pages) writeFileSync(`${docs}${path}`, text);
console.log(`docs/errors.md and ${pages.size - 1} pages in docs/codes/ written`);
