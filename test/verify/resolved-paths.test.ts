import t from 'tap';
import { expandSections } from '../../agent/desired/items.ts';
import { kinds } from '../../agent/resources/registry.ts';
import { DEFAULT_POLICY } from '../../agent/verify/local-policy.ts';
import { checkResolvedPaths } from '../../agent/verify/resolved-paths.ts';
import { fingerprint, TEST_SETTINGS } from '../support/test-host.ts';
import { memoryRoot } from '../support/roots.ts';
import { plant } from '../support/tree.ts';

const policy = { ...DEFAULT_POLICY, paths: { allow: ['/srv/app'], deny: [] } };
const context = { facts: {}, settings: TEST_SETTINGS, fingerprint };

t.test('a link that the spec makes itself does not lead out of its policy', async (t) => {
  await using root = await memoryRoot();
  await plant(root.fs, { '/srv/app/a': { link: 'b' } });
  const evil = { content: { inline: 'evil' } };
  const through = (target: string) =>
    checkResolvedPaths(
      expandSections({ links: { '/srv/app/b': { target } }, files: { '/srv/app/a/x': evil } }, kinds, context),
      [],
      root.fs,
      policy,
    );
  t.match(await through('/etc/keelson/trust.d'), [{ code: 'KSN-VERIFY-024', element: 'file:/srv/app/a/x' }]);
  t.match(await through('../../etc'), [{ code: 'KSN-VERIFY-024' }]);
  t.strictSame(await through('/srv/app/real'), []);
});

t.test("no gate asks through a link what lies in the agent's own folders", async (t) => {
  await using root = await memoryRoot();
  await plant(root.fs, {
    '/srv/app/a': { link: '/var/lib/keelson' },
    '/srv/app/certs': { link: '/var/lib/keelson/certs' },
  });
  const asks = (path: string) => ({ file: path, contains: 'x' });
  const gate = (path: string) => ({ type: 'file', path, contains: 'x', boot: false, timeoutMs: 1 }) as const;
  const items = (path: string) =>
    expandSections(
      {
        links: { '/srv/app/b': { target: '../../var/lib/keelson/specs' } },
        files: { '/srv/app/f': { content: { inline: '' }, gates: [asks(path)] } },
      },
      kinds,
      context,
    );
  for (const path of ['/srv/app/a/node-key', '/srv/app/b/ab']) {
    t.match(
      await checkResolvedPaths(items(path), [gate(path)], root.fs, policy),
      [
        { code: 'KSN-VERIFY-025', element: 'spec' },
        { code: 'KSN-VERIFY-025', element: 'file:/srv/app/f', message: /in truth \/var\/lib\/keelson/ },
      ],
      path,
    );
  }
  t.strictSame(await checkResolvedPaths(items('/srv/app/certs/x'), [gate('/etc/x')], root.fs, policy), []);
});
