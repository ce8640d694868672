import t from 'tap';
import { adopt } from '../../agent/commands/adopt.ts';
import { fakeInvocation } from './fake-invocation.ts';

t.test('what is no series is told before anything is looked at', async (t) => {
  for (const series of ['A b', '__proto__', '', 'a'.repeat(64)]) {
    // A root that is not there: nobody opens it.
    const adopting = adopt(fakeInvocation('/nowhere/at/all'), ['/etc/app'], {
      series,
      exclude: [],
      withSecrets: false,
    });
    await t.rejects(adopting, { code: 'KSN-CLI-001', element: '--series' }, series);
  }
});
