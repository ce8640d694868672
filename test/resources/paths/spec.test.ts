import t from 'tap';
import { Value } from '@sinclair/typebox/value';
import { directories } from '../../../agent/resources/directories/index.ts';
import { files } from '../../../agent/resources/files/index.ts';
import { links } from '../../../agent/resources/links/index.ts';
import { fingerprint, TEST_SETTINGS } from '../../support/test-host.ts';

const context = { facts: {}, settings: TEST_SETTINGS, fingerprint };
const text = { content: { inline: 'x' } };

t.test('keys', (t) => {
  const { pattern } = files.key;
  for (const good of [
    '/etc/x',
    '/a',
    '/etc/.hidden',
    '/etc/..x',
    '/etc/x..',
    '/ünï/código',
    '/a b',
    `/${'x'.repeat(255)}`,
  ])
    t.match(good, pattern);
  for (const bad of [
    '',
    '/',
    'etc/x',
    '/etc/',
    '//etc',
    '/etc//x',
    '/etc/./x',
    '/etc/..',
    '/../x',
    '/etc/\u0000x',
    '/etc/\nx',
    '/etc/\u007F',
    '/etc/\u202Ex',
    '/etc/\u2028',
    '/etc/\uD800',
    '/etc/.keelson-1-1~',
    '/.keelson-x/y',
    `/${'x'.repeat(256)}`,
    `/x${'/y'.repeat(2100)}`,
  ])
    t.notMatch(bad, pattern, encodeURI(bad.toWellFormed().slice(0, 20)));
  const long = `/${'ü'.repeat(200)}`;
  t.match(long, pattern);
  t.match(files.validate?.({ [long]: text }, context), [
    { code: 'KSN-FILE-020', place: { pointer: `/~1${'ü'.repeat(200)}` } },
  ]);
  t.end();
});

t.test('files', async (t) => {
  const schema = await files.schema();
  const [item] = files.expand({ '/etc/x': { ...text, mode: '640', owner: 7, group: 'adm', label: 'etc_t' } }, context);
  const content = fingerprint(Buffer.from('x'));
  t.same(item?.spec, {
    path: '/etc/x',
    state: {
      type: 'file',
      content,
      size: 1,
      mode: '0640',
      owner: '7',
      group: 'adm',
      label: 'system_u:object_r:etc_t:s0',
    },
  });
  t.same(item?.claims, ['path:/etc/x']);
  t.same(item?.contents?.get(content), Buffer.from('x'));
  t.match(files.expand({ '/etc/x': { content: { base64: 'AAE=' }, owner: '007' } }, context), [
    { spec: { state: { size: 2, mode: '0644', owner: '7', group: '0', content: fingerprint(Buffer.from([0, 1])) } } },
  ]);
  t.same(files.validate?.({ '/x': text, '/y': { content: { base64: 'AAE=' } } }, context), []);
  t.match(
    files.validate?.({ '/x': { content: { base64: 'AAE' } }, '/y': { content: { inline: '\uD800' } } }, context),
    [
      { code: 'KSN-FILE-021', element: 'file:/x', place: { pointer: '/~1x/content/base64' } },
      { code: 'KSN-FILE-021', element: 'file:/y', place: { pointer: '/~1y/content/inline' } },
    ],
  );
  for (const good of [
    { ...text, owner: 'haproxy', group: 99, backup: 'none' },
    { content: { base64: '' }, label: 'u:r:t:s0:c1,c2' },
  ])
    t.ok(Value.Check(schema, good));
  for (const bad of [
    {},
    { content: {} },
    { content: { inline: 'x', base64: 'eA==' } },
    { ...text, mode: '8' },
    { ...text, mode: 420 },
    { ...text, owner: -1 },
    { ...text, owner: 'a b' },
    { ...text, label: 'a b' },
    { ...text, backup: 'yes' },
    { ...text, nope: 1 },
  ])
    t.notOk(Value.Check(schema, bad), JSON.stringify(bad));
});

t.test('directories and links', async (t) => {
  t.match(directories.expand({ '/srv': {}, '/srv/x': { exclusive: true, mode: '1777' } }, context), [
    {
      address: 'directory:/srv',
      claims: ['path:/srv'],
      spec: { state: { type: 'directory', mode: '0755' }, exclusive: false },
    },
    { claims: ['path:/srv/x', 'tree:/srv/x'], spec: { state: { mode: '1777' }, exclusive: true } },
  ]);
  t.match(links.expand({ '/etc/l': { target: '../x', dependsOn: ['file:/x'] } }, context), [
    { address: 'link:/etc/l', needs: ['file:/x'], spec: { state: { type: 'link', target: '../x' } } },
  ]);
  const schema = await links.schema();
  t.notOk(Value.Check(schema, { target: '' }));
  t.notOk(Value.Check(schema, { target: 'a\nb' }));
});

t.test('directories above paths come by themselves', (t) => {
  const implied = directories.imply?.(
    [
      { address: 'file:/etc/a/b/c', claim: 'path:/etc/a/b/c' },
      { address: 'link:/var/run', claim: 'path:/var/run' },
      { address: 'file:/var/run/x', claim: 'path:/var/run/x' },
      { address: 'x:y', claim: 'port:tcp/1' },
    ],
    new Set(['directory:/etc/a', 'link:/var/run', 'file:/etc/a/b/c', 'file:/var/run/x']),
  );
  t.match(
    implied?.map(({ address, implied: is }) => [address, is]),
    [
      ['directory:/etc', true],
      ['directory:/etc/a/b', true],
      ['directory:/var', true],
    ],
  );
  t.end();
});
