/** Nothing outside a site goes into it. */
import t from 'tap';
import { findingsOf, HEAD, told, type SiteTree } from './site-maker.ts';

t.test('nothing leads out of the site', async (t) => {
  const outside = (tree: SiteTree) =>
    findingsOf({
      'nodes/a.yaml': `${HEAD}extends: [../roles/x.yaml]\nspec: { files: { /etc/x: { from: files/x } } }\n`,
      'roles/x.yaml': 'spec: {}\n',
      'files/x': 'x',
      ...tree,
    });
  t.strictSame((await outside({})).map(told), []);
  t.match((await outside({ 'roles/x.yaml': { link: '../../etc/passwd' } })).map(told), [
    'nodes/a.yaml:2:11 KSN-BUILD-003 roles/x.yaml is a symbolic link',
  ]);
  t.match((await outside({ 'files/x': { link: '/etc/passwd' } })).map(told), [
    'nodes/a.yaml:3:28 KSN-BUILD-003 files/x is a symbolic link',
  ]);
  const { 'roles/x.yaml': _, ...rest } = { 'nodes/a.yaml': `${HEAD}extends: [../roles/x.yaml]\n`, 'roles/x.yaml': '' };
  t.match((await findingsOf({ ...rest, roles: { link: '/srv' } })).map(told), [
    'nodes/a.yaml:2:11 KSN-BUILD-003 roles is a symbolic link',
  ]);
  for (const path of ['../x', '/etc/passwd', 'files/../../x'])
    t.match(
      (await findingsOf({ 'nodes/a.yaml': `${HEAD}spec: { files: { /etc/x: { from: ${path} } } }\n` })).map(told),
      [/^nodes\/a.yaml:2:28 KSN-BUILD-003/u],
      path,
    );
});

t.test('nodes/ as a link leads out of the site', async (t) => {
  const found = await findingsOf({ 'other/a.yaml': `${HEAD}spec: {}\n`, nodes: { link: 'other' } });
  t.strictSame(found.map(told), ['nodes KSN-BUILD-003 nodes is a symbolic link']);
});
