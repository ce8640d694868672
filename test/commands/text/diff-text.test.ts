import t from 'tap';
import { diffText } from '../../../agent/commands/text/diff-text.ts';
import { somePreview } from '../../control/fake-port.ts';
import type { Draft } from '../../../agent/resources/kind.ts';

const draft: Draft<unknown> = {
  address: 'file:/etc/x',
  kind: 'files',
  covers: [],
  from: {},
  to: {},
  why: 'generation',
  adopts: false,
  claims: [],
  needs: [],
  effects: [],
  undo: 'exact',
  onRemove: 'default',
  summary: '+1 -1',
};

t.test('lines under their resource; a blank one is blank', async (t) => {
  const texts = { 'file:/etc/x': '~ content changed\n  before\n- old\n+ new\n  \n' };
  t.strictSame(diffText({ preview: { ...somePreview, waves: [[draft]] }, texts }), [
    '~ file:/etc/x  +1 -1',
    '  ~ content changed',
    '    before',
    '  - old',
    '  + new',
    '',
    '1 change, 2 same. Reboot: no.',
  ]);
});
