/**
 * Proof 1, sampled: rollback for an effect that fails, and over two generations, dead at every third primitive that
 * changes the disk, each in one of the three ways. `make crash` has all of them in every way.
 */
import t from 'tap';
import { FAILED_EFFECT, LEFT_EFFECT, TWO_GENERATIONS } from '../support/crash-scenes.ts';
import { crashEverywhere, SAMPLE } from '../support/crash-suite.ts';

for (const scene of [FAILED_EFFECT, LEFT_EFFECT, TWO_GENERATIONS]) {
  t.test(`${scene.name}: dead at a sample of primitives, the end is whole`, { timeout: 600_000 }, async (t) => {
    for await (const report of crashEverywhere(scene, SAMPLE)) {
      t.comment(
        `${report.crashed} crashes at ${report.points} points that change the disk, of ${report.primitives} primitives`,
      );
      t.strictSame(report.wrong, [], report.mode);
    }
  });
}
