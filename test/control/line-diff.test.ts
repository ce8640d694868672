import fc from 'fast-check';
import t from 'tap';
import { diffLines } from '../../agent/control/line-diff.ts';

t.test('says what comes and goes, with what stands around it', async (t) => {
  const before = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', ''].join('\n');
  const after = ['a', 'x', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', ''].join('\n');
  t.strictSame(diffLines(before, after), {
    added: 2,
    removed: 1,
    lines: ['  a', '- b', '+ x', '  c', '  d', '@', '  i', '  j', '+ k'],
  });
  t.strictSame(diffLines('same\n', 'same\n'), { added: 0, removed: 0, lines: [] });
  t.strictSame(diffLines('', 'one\n'), { added: 1, removed: 0, lines: ['+ one'] });
  t.strictSame(diffLines('one\n', ''), { added: 0, removed: 1, lines: ['- one'] });
});

t.test('a rewrite is not told line by line', async (t) => {
  const many = (word: string) => Array.from({ length: 2_000 }, (_, at) => `${word}${at}`).join('\n');
  t.equal(diffLines(many('a'), many('b')), null);
});

t.test('with everything shown, the lines lead from the one text to the other', async () => {
  const text = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 12 });
  fc.assert(
    fc.property(text, text, (a, b) => {
      // No context is cut when lines are near each other; keep the texts short enough for that by joining with changes.
      const diff = diffLines(a.join('\n'), b.join('\n'));
      if (diff === null) return false;
      const removed = diff.lines.filter((line) => line.startsWith('- ')).length;
      const added = diff.lines.filter((line) => line.startsWith('+ ')).length;
      const common = lcs(a, b);
      return (
        removed === diff.removed && added === diff.added && a.length - removed === common && b.length - added === common
      );
    }),
  );
});

/** The slow way. */
function lcs(a: readonly string[], b: readonly string[]): number {
  const row = Array.from({ length: b.length + 1 }, () => 0);
  for (const one of a) {
    let diagonal = 0;
    for (const [at, other] of b.entries()) {
      const up = row[at + 1] ?? 0;
      row[at + 1] = one === other ? diagonal + 1 : Math.max(up, row[at] ?? 0);
      diagonal = up;
    }
  }
  return row.at(-1) ?? 0;
}
