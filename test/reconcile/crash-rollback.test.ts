/**
 * Proof 1: apply and rollback, dead before and after every primitive that changes the disk. A cut that loses some of
 * what was unsynced is sampled, at every sixth; `make crash` has it at all of them.
 */
import t from 'tap';
import { crashEverywhere, DAILY } from '../support/crash-suite.ts';
import { ROLLBACK } from '../support/crash-scenes.ts';
import { count, nextSections } from '../support/crash-workload.ts';

t.test('apply and rollback: dead at every primitive, the end is whole', { timeout: 600_000 }, async (t) => {
  t.ok(count(nextSections()) >= 30, 'the generation has thirty resources and more');
  for await (const report of crashEverywhere(ROLLBACK, DAILY)) {
    t.comment(
      `${report.crashed} crashes at ${report.points} points that change the disk, of ${report.primitives} primitives`,
    );
    t.strictSame(report.wrong, [], report.mode);
  }
});
