/** What of an Ignition config becomes a spec, and what stays outside and why. */
import t from 'tap';
import { adoptConfig } from '../../agent/ignition/adopt-config.ts';
import { unchecked } from '../../agent/ignition/audited.ts';
import type { IgnitionConfig } from '../../agent/ignition/config.ts';

const config: IgnitionConfig = {
  ignition: { version: '3.6.0' },
  storage: {
    directories: [{ path: '/d', mode: 0o700, user: { name: 'core' } }, { path: '/old' }],
    files: [
      { path: '/a', contents: { source: 'data:,a' }, append: [{ source: 'data:,b' }] },
      { path: '/secret', mode: 0o600, contents: { source: 'data:,hunter2' }, group: { id: 7 } },
      { path: '/setuid', mode: 0o4755, contents: { source: 'data:,x' } },
      { path: '/far', contents: { source: 'https://example.net/x' } },
      { path: '/any' },
      { path: '/end', append: [{ source: 'data:,b' }] },
    ],
    links: [
      { path: '/l', target: 'a' },
      { path: '/h', target: '/a', hard: true },
      { path: '/o', target: 'a', user: { id: 7 } },
    ],
  },
  systemd: {
    units: [
      { name: 'a.service', contents: '[Unit]\n', enabled: true, dropins: [{ name: 'x.conf', contents: '[Unit]\n' }] },
      { name: 'm.service', contents: '[Unit]\n', mask: true },
    ],
  },
  passwd: { users: [{ name: 'core' }] },
  kernelArguments: { shouldExist: ['quiet'] },
};

t.test('what is kept, and what is not', (t) => {
  const open = unchecked('KSN-IGN-013', 'directory:/old', 'its mode is 0700, a new one has 0755');
  const { sections, leftOut } = adoptConfig(config, [open], false);
  t.strictSame(sections, {
    files: {
      '/a': { content: { inline: 'ab' } },
      '/etc/systemd/system/a.service': { content: { inline: '[Unit]\n' } },
      '/etc/systemd/system/a.service.d/x.conf': { content: { inline: '[Unit]\n' } },
    },
    directories: { '/d': { mode: '0700', owner: 'core' } },
    links: { '/l': { target: 'a' }, '/etc/systemd/system/m.service': { target: '/dev/null' } },
  });
  t.strictSame(
    leftOut.map(({ code, element }) => [element, code]),
    [
      ['directory:/old', 'KSN-IGN-013'],
      ['/secret', 'KSN-ADOPT-010'],
      ['/setuid', 'KSN-ADOPT-007'],
      ['/far', 'KSN-IGN-010'],
      ['/any', 'KSN-IGN-015'],
      ['/end', 'KSN-IGN-015'],
      ['/h', 'KSN-ADOPT-008'],
      ['/o', 'KSN-IGN-015'],
      ['enablement:a.service', 'KSN-IGN-015'],
      ['user:core', 'KSN-IGN-015'],
      ['kernel-argument:quiet', 'KSN-IGN-015'],
    ],
  );
  t.notMatch(JSON.stringify([sections, leftOut]), /hunter2/u);
  t.strictSame(adoptConfig(config, [open], true).sections.files['/secret'], {
    content: { inline: 'hunter2' },
    mode: '0600',
    group: 7,
  });
  t.end();
});
