import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import t from 'tap';

const program = fileURLToPath(new URL('ca-anchors-process.ts', import.meta.url));

function lacks(): string | false {
  if (process.getuid?.() !== 0) return 'needs root';
  if (!existsSync('/usr/sbin/update-ca-certificates')) return 'needs ca-certificates';
  try {
    execFileSync('unshare', ['--mount', 'true'], { stdio: 'ignore' });
    return false;
  } catch {
    return 'needs mount namespaces';
  }
}

t.test("Debian's own tool makes the store of an anchor that comes and goes", { skip: lacks() }, async (t) => {
  const words = ['--mount', process.execPath, ...process.execArgv, program];
  const said = execFileSync('unshare', words, { encoding: 'utf8' });
  t.strictSame(JSON.parse(said), { before: false, after: true, again: true, removed: false });
  t.notOk(existsSync('/usr/local/share/ca-certificates/keelson-test.crt'), 'nothing is left on the machine');
});
