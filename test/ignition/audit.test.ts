/** An Ignition config against a folder: every way in which a part of it can differ, and what nobody can tell. */
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import t, { type Test } from 'tap';
import { auditConfig } from '../../agent/ignition/audit.ts';
import type { IgnitionConfig } from '../../agent/ignition/config.ts';
import { nodePrimitives } from '../../hostfs/node-primitives.ts';
import { openRoot } from '../../hostfs/rooted.ts';

type Rest = Omit<IgnitionConfig, 'ignition'>;

/** Verdicts by element, as short words. */
async function auditOf(
  t: Test,
  files: Readonly<Record<string, string>>,
  rest: Rest,
  commandLine: string | null = null,
) {
  const folder = t.testdir({});
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    if (content.startsWith('-> ')) symlinkSync(content.slice(3), join(folder, path));
    else writeFileSync(join(folder, path), content);
    if (!content.startsWith('-> ')) chmodSync(join(folder, path), 0o644);
  }
  await using fs = await openRoot(nodePrimitives({ root: folder, libc: null }), {
    ids: { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 },
  });
  const audited = await auditConfig({ ignition: { version: '3.5.0' }, ...rest }, { fs, commandLine });
  const words = audited.map(({ element, verdict }) => {
    if (verdict.is === 'drifted') return [element, verdict.what.map(({ of }) => of).join(' ')];
    return [element, verdict.is === 'unchecked' ? verdict.why.code : verdict.is];
  });
  return { words: Object.fromEntries(words) as Record<string, string>, text: JSON.stringify(audited) };
}

t.test('files: content, what was appended, what only a hash is known of, what is elsewhere', async (t) => {
  const hash = (text: string) => ({ hash: `sha256-${createHash('sha256').update(text).digest('hex')}` });
  const { words, text } = await auditOf(
    t,
    { '/a': 'secret!', '/b': 'base+more', '/c': 'base', '/h': 'far', '/i': 'gar', '/l': '-> /nowhere', '/e': '' },
    {
      storage: {
        files: [
          { path: '/a', contents: { source: 'data:,hunter2' } },
          { path: '/b', append: [{ source: 'data:,%2B' }, { source: 'data:,more' }] },
          { path: '/c', append: [{ source: 'data:,%2Bmore' }] },
          { path: '/h', contents: { source: 'https://x/h', verification: hash('far') } },
          { path: '/i', contents: { source: 'https://x/h', verification: hash('far') } },
          { path: '/n', contents: { source: 'https://x/n' } },
          { path: '/m' },
          { path: '/l' },
          { path: '/e', mode: 384 },
          { path: '/x', contents: { source: 'data:;base64,a' } },
        ],
      },
    },
  );
  t.strictSame(words, {
    'file:/a': 'content',
    'file:/b': 'same',
    'file:/c': 'content',
    'file:/h': 'same',
    'file:/i': 'content',
    'file:/n': 'KSN-IGN-010',
    'file:/m': 'missing',
    'file:/l': 'type',
    'file:/e': 'mode',
    'file:/x': 'KSN-IGN-008',
  });
  t.notMatch(text, /hunter2|secret!|[0-9a-f]{32}/u, 'neither content nor a hash of it');
});

t.test('mode and owner that the config leaves open are judged only of what is new', async (t) => {
  const { words } = await auditOf(
    t,
    { '/d/x': '', '/e/x': '', '/f': 'f' },
    {
      storage: {
        directories: [{ path: '/d' }, { path: '/e', mode: 448 }],
        files: [{ path: '/f', contents: { source: 'data:,f' }, user: { name: 'ana' } }],
        links: [{ path: '/f2', target: '/f' }],
      },
    },
  );
  t.strictSame(words, {
    'directory:/d': 'same',
    'directory:/e': 'mode',
    'file:/f': 'owner',
    'link:/f2': 'missing',
  });
  const folder = t.testdir({ d: {} });
  chmodSync(join(folder, 'd'), 0o700);
  await using fs = await openRoot(nodePrimitives({ root: folder, libc: null }), {
    ids: { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 },
  });
  const config = { ignition: { version: '3.5.0' }, storage: { directories: [{ path: '/d' }] } };
  const open = await auditConfig(config, { fs, commandLine: null });
  t.match(open, [{ verdict: { is: 'unchecked', why: { code: 'KSN-IGN-013' } } }]);
});

t.test('units: content, masks, presets, and links once systemd has booted', async (t) => {
  const system = '/etc/systemd/system';
  const install = '[Install]\nWantedBy=multi-user.target\nAlias=b.service\n';
  const units = [
    { name: 'a.service', contents: install, enabled: true },
    { name: 'off.service', enabled: false },
    { name: 'm.service', mask: true },
    { name: 'n.service', mask: false },
    { name: 'e@1.service', enabled: true },
    { name: 'k.service', enabled: true },
    {
      name: 'd.service',
      dropins: [{ name: 'x.conf', contents: '' }, { name: 'y.conf', contents: '[Unit]' }, { name: 'z.conf' }],
    },
  ];
  const files = {
    [`${system}/a.service`]: install,
    [`${system}/n.service`]: '-> /dev/null',
    [`${system}/d.service.d/x.conf`]: '',
    [`${system}/multi-user.target.wants/off.service`]: '-> /x',
    '/usr/lib/systemd/system/e@.service': install,
    '/etc/systemd/system-preset/20-ignition.preset': 'enable a.service\nenable e@.service 1 2\nenable k.service\n',
  };
  const parts = { 'unit:a.service': 'same', 'mask:m.service': 'presence', 'mask:n.service': 'presence' };
  const dropIns = { 'drop-in:d.service/x.conf': 'same', 'drop-in:d.service/y.conf': 'missing' };
  const before = await auditOf(t, files, { systemd: { units } });
  t.strictSame(before.words, {
    ...parts,
    ...dropIns,
    'enablement:a.service': 'same',
    'enablement:off.service': 'links',
    'enablement:e@1.service': 'same',
    'enablement:k.service': 'same',
  });
  const booted = await auditOf(
    t,
    {
      ...files,
      '/etc/machine-id': `${'0123456789abcdef'.repeat(2)}\n`,
      [`${system}/multi-user.target.wants/a.service`]: '-> ../a.service',
      [`${system}/b.service`]: '-> a.service',
      '/etc/systemd/system-preset/20-ignition.preset': 'enable a.service\nenable e@.service 2\nenable k.service\n',
    },
    { systemd: { units } },
  );
  t.strictSame(booted.words, {
    ...parts,
    ...dropIns,
    'enablement:a.service': 'same',
    'enablement:off.service': 'links',
    'enablement:e@1.service': 'preset links',
    'enablement:k.service': 'KSN-IGN-011',
  });
});

t.test('users, groups, keys and kernel arguments', async (t) => {
  const files = {
    '/etc/passwd': 'core:x:1000:1000:Core:/home/core:/bin/bash\nold:x:7:7::/:/bin/sh\n',
    '/usr/lib/passwd': 'lib:x:8:8::/:/bin/sh\n',
    '/etc/group': 'core:x:1000:\nwheel:x:10:core\nsudo:x:16:\n',
    '/etc/shadow': 'core:$y$right:1::::::\nlib:*:1\n',
    '/home/core/.ssh/authorized_keys.d/ignition': 'ssh-ed25519 AAA a\nssh-ed25519 CCC c\n',
  };
  const { words, text } = await auditOf(
    t,
    files,
    {
      passwd: {
        users: [
          {
            name: 'core',
            groups: ['wheel'],
            passwordHash: '$y$right',
            sshAuthorizedKeys: ['ssh-ed25519 AAA a', 'ssh-ed25519 BBB b'],
          },
          { name: 'old', shouldExist: false },
          { name: 'lib', uid: 9, shell: '/bin/zsh', groups: ['sudo'], passwordHash: '$y$wrong' },
          { name: 'new' },
        ],
        groups: [{ name: 'wheel', gid: 10 }, { name: 'sudo', gid: 27 }, { name: 'none' }],
      },
      kernelArguments: { shouldExist: ['a=1', 'b'], shouldNotExist: ['quiet', 'c'] },
    },
    'BOOT_IMAGE=/x a=1 quiet\n',
  );
  t.strictSame(words, {
    'user:core': 'same',
    'ssh-keys:core': 'keys',
    'user:old': 'presence',
    'user:lib': 'field field field field',
    'user:new': 'missing',
    'group:wheel': 'same',
    'group:sudo': 'field',
    'group:none': 'missing',
    'kernel-argument:a=1': 'same',
    'kernel-argument:b': 'missing',
    'kernel-argument:quiet': 'presence',
    'kernel-argument:c': 'same',
  });
  t.notMatch(text, /\$y\$|BBB|CCC/u, 'neither passwords nor keys');
  const elsewhere = await auditOf(t, files, {
    storage: { disks: [{ device: '/dev/sda' }] },
    kernelArguments: { shouldExist: ['b'] },
  });
  t.strictSame(elsewhere.words, { 'disk:/dev/sda': 'KSN-IGN-011', 'kernel-argument:b': 'KSN-IGN-011' });
});
