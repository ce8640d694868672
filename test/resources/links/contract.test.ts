import t from 'tap';
import { links } from '../../../agent/resources/links/index.ts';
import { kindContract, type KindFixture } from '../../contract/kind-contract.ts';
import { inFolder, inMemory } from '../../contract/makers.ts';

const fixtures: readonly KindFixture[] = [
  {
    title: 'targets',
    found: { '/etc/alternatives/other': { file: 'not ours' } },
    section: { '/etc/alternatives/x': { target: '/usr/bin/x1' }, '/etc/alternatives/y': { target: 'other' } },
    next: { '/etc/alternatives/x': { target: '/usr/bin/x2' } },
  },
];

t.test('in memory', async (t) => kindContract(t, links, fixtures, inMemory()));
t.test('in a folder', async (t) => kindContract(t, links, fixtures, inFolder()));
