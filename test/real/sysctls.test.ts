/** The kernel itself: values that it reads back in words of its own, refuses, does not have, or lets nobody write. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import t from 'tap';

const child = fileURLToPath(new URL('sysctls/in-namespace.ts', import.meta.url));
const lacks = (): string | false =>
  spawnSync('unshare', ['--net', 'true']).status === 0
    ? false
    : 'needs the right to make a network namespace (unshare)';

t.test('parameters of a network namespace of its own', { skip: lacks() }, async (t) => {
  const { status, stdout, stderr } = spawnSync('unshare', ['--net', process.execPath, child], { encoding: 'utf8' });
  t.equal(status, 0, stderr);
  const { unreadable, ...seen } = JSON.parse(stdout) as Record<string, unknown>;
  t.strictSame(seen, {
    before: '0',
    now: ['1', '4096\t87380\t4194304', '2'],
    still: 0,
    drift: [['sysctl:net.ipv4.ip_nonlocal_bind', 'drift']],
    repaired: '1',
    waits: ['KSN-KERNEL-001'],
    refused: 'KSN-KERNEL-002',
    readOnly: 'KSN-KERNEL-003',
    after: '0',
  });
  t.match(unreadable, { unreadable: /^E/u });
});
