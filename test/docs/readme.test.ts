/** The README, line by line, as whoever has just checked it out goes through it. */
import { cpSync, mkdirSync, readdirSync, symlinkSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { walk } from './walk.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

t.test('every command of the README prints what it shows', { timeout: 180_000 }, async (t) => {
  const checkout = join(t.testdir(), 'keelson');
  mkdirSync(checkout);
  // The same checkout, but for what the reader writes into.
  for (const entry of readdirSync(root)) {
    if (entry === 'examples') cpSync(join(root, entry), join(checkout, entry), { recursive: true });
    else if (entry === 'package-lock.json') cpSync(join(root, entry), join(checkout, entry));
    else if (!entry.startsWith('.')) symlinkSync(join(root, entry), join(checkout, entry));
  }
  // Older than what is installed: make has nothing to install here.
  utimesSync(join(checkout, 'package-lock.json'), 0, 0);
  await walk(t, join(root, 'README.md'), checkout);
});
