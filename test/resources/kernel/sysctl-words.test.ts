import t from 'tap';
import fc from 'fast-check';
import { parseSysctlD, renderSysctlD } from '../../../agent/resources/kernel/parse-sysctl-d.ts';
import { dotted, pathOfFile, SYSCTL_KEY, sysctlFile, sysctlPath } from '../../../agent/resources/kernel/sysctl-key.ts';
import { betweenSysctls } from '../../../agent/resources/kernel/sysctl-state.ts';
import { plainValue, sameValue, valueText } from '../../../agent/resources/kernel/sysctl-value.ts';

t.test('both spellings lead to one path', async (t) => {
  const path = 'net/ipv4/conf/eth0.100/rp_filter';
  t.equal(sysctlPath('net.ipv4.conf.eth0/100.rp_filter'), path);
  t.equal(sysctlPath('net/ipv4/conf/eth0.100/rp_filter'), path);
  t.equal(sysctlPath('net.ipv4.ip_forward'), 'net/ipv4/ip_forward');
  t.equal(dotted(path), 'net.ipv4.conf.eth0/100.rp_filter');
  t.not(sysctlFile(path), sysctlFile('net/ipv4/conf/eth0/100/rp_filter'), 'and each has a file of its own');
});

t.test('what is no path beneath /proc/sys is no key', async (t) => {
  for (const key of [
    '',
    'x',
    '.x.y',
    'x..y',
    'x/../y',
    '/etc/passwd',
    'x.y/',
    'net.*.y',
    '-a.b',
    'a b.c',
    'a=b.c',
    'x\n.y',
  ])
    t.notOk(SYSCTL_KEY.test(key), key);
});

const part = fc.stringMatching(/^[A-Za-z0-9_@:-]{1,12}$/);
const path = fc
  .array(fc.array(part, { minLength: 1, maxLength: 2 }), { minLength: 2, maxLength: 5 })
  .map((parts) => parts.map((inner) => inner.join('.')).join('/'))
  .filter((one) => /^[A-Za-z0-9_]/.test(one) && /[./]/.exec(one)?.[0] === '/');
const value = fc.stringMatching(/^[!-~]{1,20}( [!-~]{1,20}){0,3}$/);

t.test('a file says what it was written for', async (t) => {
  fc.assert(
    fc.property(path, value, (path, value) => {
      t.strictSame(parseSysctlD(renderSysctlD(path, value)), [{ path, value, mayFail: false }]);
      t.equal(sysctlPath(dotted(path)), path);
      t.equal(pathOfFile(sysctlFile(path)), path);
    }),
    { numRuns: 300 },
  );
});

t.test('no text makes the parser of sysctl.d fail, and comments and blank lines say nothing', async (t) => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      for (const { path } of parseSysctlD(text)) t.not(path, '');
      const commented = text
        .split('\n')
        .map((line) => `  #${line}`)
        .join('\n');
      t.strictSame(parseSysctlD(commented), []);
    }),
    { numRuns: 300 },
  );
});

t.test('lines as systemd-sysctl reads them', async (t) => {
  const text =
    '; old\n\n net.ipv4.ip_forward=1 \n-kernel/sysrq = 0x10\n-net.ipv4.conf.lo.rp_filter\nnonsense\n= 3\na.b =';
  t.strictSame(parseSysctlD(text), [
    { path: 'net/ipv4/ip_forward', value: '1', mayFail: false },
    { path: 'kernel/sysrq', value: '0x10', mayFail: true },
    { path: 'net/ipv4/conf/lo/rp_filter', value: null, mayFail: true },
    { path: 'a/b', value: '', mayFail: false },
  ]);
});

t.test('the kernel reads back in words of its own', async (t) => {
  const same: readonly (readonly [string, string])[] = [
    ['4096\t87380\t6291456\n', '4096 87380  6291456'],
    ['16', '0x10'],
    ['8', '010'],
    ['-1', '-0x1'],
    ['4\t4\t1\t7', '4'],
    ['1', valueText(true)],
    ['0', valueText(false)],
  ];
  for (const [read, wanted] of same) t.ok(sameValue(read, wanted), `${read} ${wanted}`);
  const other: readonly (readonly [string, string])[] = [
    ['1', '0'],
    ['1', ''],
    ['|/bin/core %p', '|/bin/core'],
    ['4 4 1 7', '3'],
    ['4 4 1 7', '4 3'],
    ['cubic', 'bbr'],
    ['18446744073709551615', '18446744073709551614'],
  ];
  for (const [read, wanted] of other) t.notOk(sameValue(read, wanted), `${read} ${wanted}`);
  fc.assert(
    fc.property(fc.string(), fc.string(), (a, b) => sameValue(a, b) === sameValue(b, a) && sameValue(a, plainValue(a))),
  );
});

t.test('what a crash between kernel and disk leaves is ours to finish', async (t) => {
  const file = { type: 'file', content: 'hmac:a', size: 1, mode: '0644', owner: '0', group: '0' } as const;
  const [from, to] = [
    { now: '0', file: null },
    { now: '1', file },
  ];
  t.ok(betweenSysctls({ now: '1', file: null }, from, to));
  t.ok(betweenSysctls({ now: '0', file }, from, to), 'on the way back');
  t.notOk(betweenSysctls({ now: '2', file: null }, from, to));
  t.notOk(betweenSysctls({ now: '1', file: { ...file, content: 'hmac:b' } }, from, to));
});
