import t from 'tap';
import { ConfigError } from '../../agent/config/errors.ts';
import { loadConfig } from '../../agent/config/load.ts';

const nothing = { list: async () => [], lstat: async () => null, read: async () => new Uint8Array() };
const load = (text: string) =>
  loadConfig({ files: nothing, folders: [], extra: { file: 'x.yaml', bytes: Buffer.from(text) } });

t.test('a notice lies in a folder of drop-ins, never in the place of a file that is somebody else’s', async (t) => {
  for (const at of ['/etc/motd.d/10-keelson', '/srv/x/issue.d/keelson.issue'])
    t.equal((await load(`notices: { motd: ${at} }`)).settings.notices.motd, at);
  t.equal((await load('notices: { issue: off }')).settings.notices.issue, null);
  t.equal((await load('notices: { motd: null }')).settings.notices.motd, '/run/motd.d/10-keelson');
  for (const key of ['motd', 'issue'])
    for (const at of [
      '/etc/motd',
      '/etc/issue',
      '/motd',
      '/run/motd.d',
      '/etc/.d/x',
      '/etc/motd.d/sub/x',
      'motd.d/x',
    ]) {
      const error = await load(`notices: { ${key}: ${at} }`).then(
        () => null,
        (thrown: unknown) => thrown,
      );
      if (!(error instanceof ConfigError)) {
        t.fail(`${key}: ${at} was taken`);
        continue;
      }
      t.match(
        error.findings,
        [{ code: 'KSN-CFG-006', element: `notices.${key}`, message: /whose name ends in \.d/u }],
        at,
      );
    }
});
