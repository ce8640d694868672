import t from 'tap';
import { caAnchors } from '../../../agent/resources/ca-anchors/index.ts';
import { kindContract, type KindFixture } from '../../contract/kind-contract.ts';
import { inFolder, inMemory } from '../../contract/makers.ts';
import { FIRST_CA, SECOND_CA } from './authorities.ts';

const ANCHORS = '/etc/pki/ca-trust/source/anchors';

const fixtures: readonly KindFixture[] = [
  {
    title: 'authorities',
    found: { '/usr/bin/update-ca-trust': { file: '' }, [`${ANCHORS}/foreign.pem`]: { file: SECOND_CA } },
    section: { [`${ANCHORS}/edge.pem`]: { pem: FIRST_CA }, [`${ANCHORS}/site.2026.pem`]: { pem: SECOND_CA } },
    next: { [`${ANCHORS}/edge.pem`]: { pem: SECOND_CA } },
  },
];

t.test('in memory', async (t) => kindContract(t, caAnchors, fixtures, inMemory()));
t.test('in a folder', async (t) => kindContract(t, caAnchors, fixtures, inFolder()));
