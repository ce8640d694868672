import t from 'tap';
import { summarise, totals } from './summary.ts';

const run = `TAP version 14
# Subtest: test/a.test.ts
    # Subtest: writes
        # Subtest: a new file
            ok 1 - bytes
            ok 2 - mode
            1..2
        ok 1 - a new file # time=1ms
        # Subtest: over a directory
            ok 1 - refused
            not ok 2 - names the remedy
              ---
              diff: |
                ok 9 - not a test point
              ...
            1..2
        not ok 2 - over a directory # time=1ms
        1..2
    not ok 1 - writes # time=1ms
    ok 2 - labels # SKIP needs SELinux
    ok 3 - on other systems # SKIP by design: Linux only
    1..3
not ok 1 - test/a.test.ts # time=9ms
# Subtest: test/b.test.ts
    ok 1 - bare assertion
    1..1
ok 2 - test/b.test.ts # time=9ms
ok 3 - test/real/c.test.ts # SKIP needs root
1..3
`;

t.test('counts tests without inner tests, and files without any', async (t) => {
  const summary = summarise(run, false);
  t.equal(totals(summary), '2 passed, 1 failed, 3 skipped');
  t.strictSame(summary.failed, [{ name: 'test/a.test.ts › writes › over a directory', reason: 'names the remedy' }]);
  t.strictSame(
    summary.skipped.map(({ reason }) => reason),
    ['needs SELinux', 'by design: Linux only', 'needs root'],
  );
});

t.test('where everything must be present, only a skip by design is one', async (t) => {
  const summary = summarise(run, true);
  t.equal(totals(summary), '2 passed, 3 failed, 1 skipped');
  t.match(summary.failed.at(-1), { name: 'test/real/c.test.ts', reason: 'skipped: needs root' });
});

t.test('a failure outside the inner tests is counted once', async (t) => {
  const summary = summarise(
    '# Subtest: f\n    # Subtest: a\n        ok 1\n        1..1\n    ok 1 - a\n    not ok 2 - leaked\n    1..2\nnot ok 1 - f\n1..1\n',
    false,
  );
  t.equal(totals(summary), '1 passed, 1 failed, 0 skipped');
  t.strictSame(summary.failed, [{ name: 'f', reason: 'leaked' }]);
});

t.test('buffered blocks count like indented ones', async (t) => {
  const summary = summarise(
    'ok 1 - f {\n    ok 1 - a {\n        ok 1\n        1..1\n    }\n    1..1\n}\n1..1\n',
    false,
  );
  t.equal(totals(summary), '1 passed, 0 failed, 0 skipped');
});

t.test('a run cut short fails', async (t) => {
  for (const tap of ['', 'TAP version 14\n', 'ok 1 - f\n', 'Bail out! no disk\n', '1..2\nok 1 - f\n']) {
    t.not(summarise(tap, false).failed.length, 0, JSON.stringify(tap));
  }
});
