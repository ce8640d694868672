import t from 'tap';
import { afterRepair, isContended, mayRepair } from '../../agent/apply/damping.ts';
import type { RepairCount } from '../../agent/apply/records.ts';

const MINUTE = 60_000;

function repairs(times: readonly number[]): RepairCount | undefined {
  let count: RepairCount | undefined;
  for (const at of times) count = afterRepair('file:/a', count, at);
  return count;
}

t.test('four repairs in ten minutes are fine', async (t) => {
  const count = repairs([0, MINUTE, 2 * MINUTE, 3 * MINUTE]);
  t.equal(mayRepair(count, 3 * MINUTE), true);
  t.equal(isContended(count, 3 * MINUTE), false);
});

t.test('the fifth makes it contended: one a minute, then slower, up to an hour', async (t) => {
  let count = repairs([0, 1, 2, 3, 4]);
  t.equal(isContended(count, 5), true);
  t.equal(mayRepair(count, 4 + MINUTE - 1), false);
  t.equal(mayRepair(count, 4 + MINUTE), true);
  const pauses: number[] = [];
  for (let n = 0; n < 8; n += 1) {
    const at = count?.notBefore ?? 0;
    count = afterRepair('file:/a', count, at);
    pauses.push((count.notBefore - at) / MINUTE);
  }
  t.same(pauses, [2, 4, 8, 16, 32, 60, 60, 60]);
});

t.test('repairs spread over more than ten minutes do not count together', async (t) => {
  const count = repairs([0, 4, 8, 12, 16, 20].map((minute) => minute * MINUTE));
  t.equal(isContended(count, 20 * MINUTE), false);
});

t.test('after a long quiet time it starts anew', async (t) => {
  const count = repairs([0, 1, 2, 3, 4]);
  const later = afterRepair('file:/a', count, 5 * 60 * MINUTE);
  t.equal(later.step, 0);
});
