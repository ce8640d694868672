/** What a person typed wrongly is told as that, with its code, and never with a stack. */
import t from 'tap';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import type { ProcessHost } from '../../agent/commands/answered.ts';
import { runProgram } from '../../agent/commands/program.ts';

async function said(...argv: readonly string[]): Promise<{ readonly code: number; readonly text: string }> {
  let text = '';
  const sink = () =>
    new Writable({
      write(chunk, _encoding, done) {
        text += String(chunk);
        done();
      },
    });
  const host = {
    stdin: new PassThrough(),
    stdout: sink(),
    stderr: sink(),
    signal: new AbortController().signal,
    onReload: () => ({ [Symbol.dispose]() {} }),
  } as unknown as ProcessHost;
  const code = await runProgram(argv, host);
  return { code, text };
}

for (const argv of [
  ['events', '--after', 'zz'],
  ['events', '--limit', '-3'],
  ['events', '-n', '1.5'],
  ['events', '-o', 'xml'],
  ['hold', 'file:/x', '--for', 'zz', '--reason', 'r'],
  ['apply', '--yes', '--timeout', 'zz', '/dev/null'],
  ['retry', 'zz', '--reason', 'r'],
  ['no-such'],
])
  t.test(argv.join(' '), async (t) => {
    const { code, text } = await said('--root', '/no/such', ...argv);
    t.equal(code, 1);
    t.match(text, /KSN-CLI-001/);
    t.notMatch(text, /KSN-BASE|^\s+at /m);
  });

t.test('what the file system refuses is no bug', async (t) => {
  const root = t.testdir();
  mkdirSync(join(root, 'var/lib/keelson'), { recursive: true });
  writeFileSync(join(root, 'var/lib/keelson/events'), 'no folder');
  const { code, text } = await said('--root', root, 'events');
  t.equal(code, 1);
  t.match(text, /^KSN-CLI-008 Cannot list \/var\/lib\/keelson\/events/m);
  t.notMatch(text, /KSN-BASE|^\s+at /m);
});
