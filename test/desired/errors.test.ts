import t from 'tap';
import { SPEC_ERRORS } from '../../agent/desired/errors.ts';
import { unusedCodes } from '../support/codes-used.ts';

t.test('every code of the catalogue is raised somewhere', async (t) => {
  t.strictSame(unusedCodes(SPEC_ERRORS), []);
});
