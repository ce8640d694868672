import t from 'tap';
import { files } from '../../../agent/resources/files/index.ts';
import { kindContract, type KindFixture } from '../../contract/kind-contract.ts';
import { inFolder, inMemory } from '../../contract/makers.ts';

const fixtures: readonly KindFixture[] = [
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
];

t.test('in memory', async (t) => kindContract(t, files, fixtures, inMemory()));
t.test('in a folder', async (t) => kindContract(t, files, fixtures, inFolder()));
