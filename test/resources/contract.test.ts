import t from 'tap';
import { directories } from '../../agent/resources/directories/index.ts';
import { files } from '../../agent/resources/files/index.ts';
import { links } from '../../agent/resources/links/index.ts';
import { kindContract, type KindFixture } from '../contract/kind-contract.ts';
import { inFolder, inMemory } from '../contract/makers.ts';

const fixtures: Readonly<Record<'files' | 'directories' | 'links', readonly KindFixture[]>> = {
  files: [
    {
      title: 'content and mode',
      found: { '/etc/conf/other': { file: 'not ours' } },
      section: {
        '/etc/conf/a': { content: { inline: 'one\n' } },
        '/etc/conf/b': { content: { inline: '' }, mode: '0600' },
      },
      next: {
        '/etc/conf/a': { content: { base64: 'AAECAw==' } },
        '/etc/conf/b': { content: { inline: '' }, mode: '4755' },
      },
    },
    {
      title: 'where a link and an empty directory are',
      found: { '/etc/conf/other': { file: 'not ours' } },
      section: { '/etc/conf/a': { content: { inline: 'one' } }, '/etc/conf/b': { content: { inline: 'two' } } },
      next: { '/etc/conf/a': { content: { inline: 'two' } } },
      original: { '/etc/conf/a': { link: 'other' }, '/etc/conf/b': { directory: true, mode: 0o700 } },
    },
  ],
  directories: [
    {
      title: 'modes',
      found: { '/srv/other': { file: 'not ours' } },
      section: { '/srv/a': {}, '/srv/a/b': { mode: '0700' } },
      next: { '/srv/a': { mode: '2775' }, '/srv/c': { mode: '1777' } },
      replaced: ['/srv/a/b'],
      original: { '/srv/a': { directory: true, mode: 0o750 }, '/srv/a/b': { directory: true, mode: 0o711 } },
    },
  ],
  links: [
    {
      title: 'targets',
      found: { '/etc/alternatives/other': { file: 'not ours' } },
      section: { '/etc/alternatives/x': { target: '/usr/bin/x1' }, '/etc/alternatives/y': { target: 'other' } },
      next: { '/etc/alternatives/x': { target: '/usr/bin/x2' } },
    },
  ],
};

for (const kind of [files, directories, links]) {
  t.test(kind.name, async (t) => {
    const own = fixtures[kind.name as keyof typeof fixtures];
    t.test('in memory', async (t) => kindContract(t, kind, own, inMemory()));
    t.test('in a folder', async (t) => kindContract(t, kind, own, inFolder()));
  });
}
