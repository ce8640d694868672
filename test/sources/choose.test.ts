import t from 'tap';
import { choose, type Candidate } from '../../agent/sources/choose.ts';

const candidate = (file: string, series: string, generation: number): Candidate => ({
  file,
  series,
  generation,
  digest: `sha256:${series}${generation}`,
});

t.test('the newest generation of the followed series', async (t) => {
  const lb = [candidate('a', 'lb', 2), candidate('b', 'lb', 10), candidate('c', 'lb', 9)];
  t.equal(choose(lb, null).chosen?.generation, 10);
  t.strictSame(choose([], 'lb'), { chosen: null, others: [] });
});

t.test('one series a node: the one it follows already, else the first by name', async (t) => {
  const both = [candidate('a', 'web', 1), candidate('b', 'lb', 1)];
  t.equal(choose(both, null).chosen?.series, 'lb');
  t.equal(choose(both, 'web').chosen?.series, 'web');
  t.strictSame(
    choose(both, 'web').others.map(({ series }) => series),
    ['lb'],
  );
  const gone = choose(both, 'gone');
  t.equal(gone.chosen, null, 'a node whose series left the folder stays with it');
  t.strictSame(
    gone.others.map(({ series }) => series),
    ['lb', 'web'],
  );
});
