import t from 'tap';
import fc from 'fast-check';
import { parseAccounts, RootAccounts } from '../../agent/host/accounts.ts';
import { memoryRoot } from '../support/roots.ts';
import { plant, uproot } from '../support/tree.ts';

t.test('names come from the root, local before shipped', async (t) => {
  await using root = await memoryRoot();
  await plant(root.fs, {
    '/etc/passwd': { file: 'root:x:0:0:Super:/root:/bin/bash\nhaproxy:x:98:98::/:/sbin/nologin\n' },
    '/usr/lib/passwd': { file: 'haproxy:x:1:1::/:/x\nchrony:x:994:992::/:/x\n' },
    '/etc/group': { file: 'wheel:x:10:core\n' },
    '/usr/lib/group': { file: 'chrony:x:992:\n' },
  });
  const accounts = new RootAccounts(root.fs);
  t.equal(accounts.uid('root'), null, 'nothing is known before the first refresh');
  await accounts.refresh();
  t.equal(accounts.uid('root'), 0);
  t.equal(accounts.uid('haproxy'), 98);
  t.equal(accounts.uid('chrony'), 994);
  t.equal(accounts.gid('chrony'), 992);
  t.equal(accounts.gid('wheel'), 10);
  t.equal(accounts.uid('wheel'), null);
});

t.test('changes are seen, and nothing is read twice without one', async (t) => {
  await using root = await memoryRoot();
  await plant(root.fs, { '/etc/passwd': { file: 'a:x:1:1:::\n' } });
  const accounts = new RootAccounts(root.fs);
  await accounts.refresh();
  const reads = () => root.host.counts.get('openFile') ?? 0;
  const before = reads();
  await accounts.refresh();
  t.equal(reads(), before);
  await plant(root.fs, { '/etc/passwd': { file: 'b:x:2:2:::\n' } });
  await accounts.refresh();
  t.equal(accounts.uid('a'), null);
  t.equal(accounts.uid('b'), 2);
  await uproot(root.fs, '/etc/passwd');
  await accounts.refresh();
  t.equal(accounts.uid('b'), null);
});

t.test('what cannot be read is told, and what was known stays', async (t) => {
  await using root = await memoryRoot();
  await plant(root.fs, { '/etc/passwd': { file: 'a:x:1:1:::\n' } });
  const accounts = new RootAccounts(root.fs);
  await accounts.refresh();
  await plant(root.fs, { '/etc/passwd': { file: 'a:x:7:7:::\n' } });
  using _ = root.host.fail(({ primitive }) => (primitive === 'openFile' ? 'EIO' : undefined));
  await t.rejects(accounts.refresh(), { code: 'KSN-HOST-001', element: '/etc/passwd', retryable: true });
  t.equal(accounts.uid('a'), 1);
});

t.test('odd lines name nobody', async (t) => {
  const ids = parseAccounts(
    '+nis:x:1:\n-nis::1:\n# c:x:1\n\n::5:\nneg:x:-1:1\nbig:x:4294967295:1\nhex:x:0x1:1\nok:x:4294967294:1\nok:x:1:1\nshort\n',
  );
  t.strictSame([...ids], [['ok', 4294967294]]);
  fc.assert(
    fc.property(fc.string(), (text) =>
      [...parseAccounts(text).values()].every((id) => Number.isSafeInteger(id) && id >= 0),
    ),
  );
});
