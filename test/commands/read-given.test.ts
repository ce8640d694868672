import { execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tmpdir } from 'node:os';
import t from 'tap';
import { GIVEN_LIMIT, readGiven } from '../../agent/commands/read-given.ts';

t.test('a named file is read whole', async (t) => {
  const file = join(mkdtempSync(join(tmpdir(), 'keelson-')), 'spec');
  const content = Buffer.alloc(GIVEN_LIMIT, 'x');
  writeFileSync(file, content);
  t.ok(content.equals(await readGiven(file)));
});

t.test('what has no end, is no file or is not there ends in a sentence', async (t) => {
  const large = join(mkdtempSync(join(tmpdir(), 'keelson-')), 'spec');
  writeFileSync(large, Buffer.alloc(GIVEN_LIMIT + 1));
  await t.rejects(readGiven(large), { code: 'KSN-CLI-002', message: /larger than/ });
  await t.rejects(readGiven('/dev/zero'), { code: 'KSN-CLI-002', message: /no regular file/ });
  await t.rejects(readGiven('/tmp'), { code: 'KSN-CLI-002' });
  await t.rejects(readGiven('/no/such/file'), { code: 'KSN-CLI-002', message: /ENOENT/ });
});

t.test('a pipe without a writer is refused at once', async (t) => {
  const fifo = join(mkdtempSync(join(tmpdir(), 'keelson-')), 'spec');
  execFileSync('/usr/bin/mkfifo', [fifo]);
  await t.rejects(readGiven(fifo), { code: 'KSN-CLI-002', message: /no regular file/, remedy: /standard input/ });
});
