import t from 'tap';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, openSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const keelson = fileURLToPath(new URL('../bin/keelson', import.meta.url));

t.test(
  'an output that cannot be written is told as that',
  { skip: !existsSync('/dev/full') && 'no /dev/full' },
  (t) => {
    for (const argv of [['version'], ['explain', 'KSN-POD-007']]) {
      const { status, stderr } = spawnSync(keelson, argv, {
        stdio: ['ignore', openSync('/dev/full', 'w'), 'pipe'],
        encoding: 'utf8',
      });
      t.equal(status, 1);
      t.match(stderr, /^KSN-CLI-011 the output cannot be written: ENOSPC.*\n {3}Fix: Make room there.*\n$/u);
    }
    t.end();
  },
);

t.test('a working folder that is gone is told as that', (t) => {
  const gone = mkdtempSync(join(tmpdir(), 'keelson-gone-'));
  // Without tap's hook, which asks for the working folder too.
  const script = 'unset NODE_OPTIONS; cd "$1" && rmdir "$1" && exec "$2" build .';
  const { status, stderr } = spawnSync('sh', ['-c', script, 'sh', gone, keelson], { encoding: 'utf8' });
  if (existsSync(gone)) rmdirSync(gone);
  t.equal(status, 1);
  t.match(stderr, /KSN-CLI-002/u);
  t.notMatch(stderr, /KSN-BASE/u);
  t.end();
});
