import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import t from 'tap';
import { init } from '../../agent/commands/init.ts';
import { fakeInvocation } from './fake-invocation.ts';

t.test('the commands that come next can be given to a shell, whatever the folder is called', async (t) => {
  for (const name of ['plain', 'with blank', "it's", '$x']) {
    const folder = join(t.testdir(), name);
    const invocation = fakeInvocation('/');
    await init(invocation, folder);
    const command = invocation.printed.find((line) => line.startsWith('  keelson build ')) ?? '';
    const words = execFileSync('/bin/sh', ['-c', `printf '%s' ${command.slice('  keelson build '.length)}`]);
    t.equal(words.toString(), folder);
  }
});
