import t from 'tap';
import { asKeelsonError, bug, errorsOf, KeelsonError, type Catalogue } from '../../agent/base/errors.ts';

const ERRORS = {
  'KSN-X-001': { fault: 'caller', meaning: 'm', evidence: 'e', next: 'the usual remedy' },
  'KSN-X-002': { fault: 'environment', meaning: 'm', evidence: 'e', next: 'n', retryable: true },
} as const satisfies Catalogue;
const error = errorsOf(ERRORS);

t.test('an error takes fault, remedy and whether to try again from its catalogue', async (t) => {
  const made = error('KSN-X-001', 'no', { element: 'file:/x', place: { line: 3 } });
  t.match(made, {
    code: 'KSN-X-001',
    fault: 'caller',
    retryable: false,
    element: 'file:/x',
    remedy: 'the usual remedy',
  });
  t.equal(error('KSN-X-002', 'no').retryable, true);
  t.equal(error('KSN-X-001', 'no', { remedy: 'a better one' }).remedy, 'a better one');
});

t.test('a reason is plain, and leaves the cause behind', async (t) => {
  const reason = error('KSN-X-001', 'no', { cause: new Error('Planted') }).toReason();
  t.strictSame(JSON.parse(JSON.stringify(reason)), {
    code: 'KSN-X-001',
    message: 'no',
    fault: 'caller',
    remedy: 'the usual remedy',
  });
});

t.test('whatever is thrown becomes an error of ours', async (t) => {
  const made = error('KSN-X-001', 'no');
  t.equal(asKeelsonError(made), made);
  for (const thrown of [new TypeError('x'), 'words', undefined, null, 7]) {
    const as = asKeelsonError(thrown);
    t.type(as, KeelsonError);
    t.match(as, { code: 'KSN-BASE-001', fault: 'bug', cause: thrown });
  }
  t.match(bug('impossible'), { code: 'KSN-BASE-001', message: 'impossible' });
});
