import t from 'tap';
import { directories } from '../../../agent/resources/directories/index.ts';
import { kindContract, type KindFixture } from '../../contract/kind-contract.ts';
import { inFolder, inMemory } from '../../contract/makers.ts';

const fixtures: readonly KindFixture[] = [
  {
    title: 'modes',
    found: { '/srv/other': { file: 'not ours' } },
    section: { '/srv/a': {}, '/srv/a/b': { mode: '0700' } },
    next: { '/srv/a': { mode: '2775' }, '/srv/c': { mode: '1777' } },
    replaced: ['/srv/a/b'],
    original: { '/srv/a': { directory: true, mode: 0o750 }, '/srv/a/b': { directory: true, mode: 0o711 } },
  },
];

t.test('in memory', async (t) => kindContract(t, directories, fixtures, inMemory()));
t.test('in a folder', async (t) => kindContract(t, directories, fixtures, inFolder()));
