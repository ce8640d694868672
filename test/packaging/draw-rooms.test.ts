import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';

const root = fileURLToPath(new URL('../..', import.meta.url));

t.test('draws every room of the house', async (t) => {
  const file = join(t.testdir(), 'rooms.svg');
  const { status, stderr } = spawnSync(process.execPath, [join(root, 'packaging/draw-rooms.ts'), file], {
    encoding: 'utf8',
  });
  t.equal(status, 0, stderr);
  const svg = readFileSync(file, 'utf8');
  t.match(svg, /^<svg [^]*<\/svg>\n$/);
  const rooms = readdirSync(join(root, 'agent'), { withFileTypes: true }).filter((entry) => entry.isDirectory());
  for (const { name } of rooms.filter((entry) => entry.name !== 'resources'))
    t.ok(svg.includes(`>${name}</text>`), name);
  t.ok(svg.includes('>hostfs</text>'));
  const committed = readFileSync(join(root, 'docs/pictures/rooms.svg'), 'utf8');
  t.equal(svg, committed, 'the picture in ARCHITECTURE.md is the one of these sources; `make picture` draws it anew');
});
