/** The reader of tutorials by itself: it sees what differs, and what only differs from run to run it does not. */
import { join } from 'node:path';
import { writeFileSync } from 'node:fs';
import t from 'tap';
import { walk } from './walk.ts';
import { comparable, matched, stepsOf } from './walkthrough-steps.ts';

const fence = '```';

t.test('commands, outputs and terminals of a page', async (t) => {
  const page = `# A\n\n${fence}console\n$ a\none\n\n$ b\n${fence}\ntext\n${fence}console agent\n$ c\nup\n${fence}\n${fence}console agent\nmore\n^C\n${fence}\n${fence}\n$ not run\n${fence}\n`;
  t.strictSame(stepsOf(page), [
    { line: 4, terminal: 'reader', typed: 'a', shown: ['one'] },
    { line: 7, terminal: 'reader', typed: 'b', shown: [] },
    { line: 11, terminal: 'agent', typed: 'c', shown: ['up'] },
    { line: 15, terminal: 'agent', typed: null, shown: ['more'] },
    { line: 16, terminal: 'agent', typed: '^C', shown: [] },
  ]);
});

t.test('what is shown and what is printed', async (t) => {
  t.equal(matched(['a', 'b'], ['a', 'b'], false), 2);
  t.equal(matched(['a', 'b'], ['a', 'c'], false), null);
  t.equal(matched(['a'], ['a', 'b'], false), null, 'more than is shown');
  t.equal(matched([], ['a'], false), null);
  t.equal(matched(['a', '  …', 'd'], ['a', 'b', 'c', 'd'], false), 4);
  t.equal(matched(['a', '…'], ['a', 'b'], false), 2);
  t.equal(matched(['a', '…', 'd'], ['a', 'b'], false), null);
  t.equal(matched(['a', '…', 'c'], ['a', 'b', 'c', 'd'], true), 3, 'a program that stays may say more');
});

t.test('what differs from run to run', async (t) => {
  const same = (one: string, other: string) => comparable(one, '/f') === comparable(other, '/f');
  t.ok(same('lb-a  OK  running lb/1        5 s ago', 'lb-a  OK  running lb/1       12 s ago'));
  t.ok(same('lb-a  OK  running lb/1        5 s ago', 'lb-a  OK  running lb/1       just now'));
  t.ok(same('held (ana, 59 min left)', 'held (ana, 58 min left)'));
  t.ok(same('runs as process 4711', 'runs as process 1'));
  t.ok(same('in …/node', 'in /f/node'));
  t.notOk(same('lb-a  OK  running lb/1  5 s ago', 'lb-a  OK  running lb/2  5 s ago'));
  t.notOk(same('31 resources', '30 resources'));
});

t.test('a page that is true, and one that is not', async (t) => {
  const folder = t.testdir();
  const page = join(folder, 'page.md');
  const write = (shown: string) =>
    writeFileSync(
      page,
      `${fence}console agent\n$ sh -c 'echo up; while [ ! -e there ]; do sleep 0.1; done; echo seen; exec sleep 60'\nup\n${fence}\n${fence}console\n$ touch there\n$ echo x; (exit 3)\nx\n\n$ echo $?; echo err >&2\n${shown}\nerr\n${fence}\n${fence}console agent\nseen\n^C\n${fence}\n`,
    );
  const results: unknown[] = [];
  const listener = { strictSame: (found: unknown) => void results.push(found) };
  write('3');
  await walk(listener as never, page, folder);
  t.strictSame(results, [null, null, null, null, null, null]);
  write('1');
  results.length = 0;
  await walk(listener as never, page, folder);
  t.match(results.at(-1), { shown: ['1', 'err'], printed: ['3', 'err'] });
  t.equal(results.length, 4, 'nothing after it is run');
});

t.test('a command that says nothing and fails is not as shown', async (t) => {
  const folder = t.testdir({ 'page.md': `${fence}console\n$ false\n${fence}\n` });
  const results: unknown[] = [];
  await walk({ strictSame: (found: unknown) => void results.push(found) } as never, join(folder, 'page.md'), folder);
  t.strictSame(results, [{ code: 1 }]);
});
