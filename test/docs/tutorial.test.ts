/** The tutorial, line by line, as its reader goes through it. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { walk } from './walk.ts';

t.test('every command of the tutorial prints what it shows', { timeout: 180_000 }, async (t) => {
  const folder = join(t.testdir(), 'try');
  mkdirSync(folder);
  await walk(t, fileURLToPath(new URL('../../docs/tutorial.md', import.meta.url)), folder);
});
