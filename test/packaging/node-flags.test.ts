import { readFileSync } from 'node:fs';
import t from 'tap';
import { parse } from 'yaml';
import { DAEMON_ENVIRONMENT, DAEMON_FLAGS, NODE_FLAGS } from '../../packaging/node-flags.ts';

const text = (file: string): string => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');

/** The options between the program and its first argument. */
function flagsIn(file: string, program: RegExp): readonly string[] {
  const words =
    (
      text(file)
        .split('\n')
        .find((line) => program.test(line)) ?? ''
    )
      .split(program)
      .at(-1) ?? '';
  return words
    .trim()
    .split(' ')
    .filter((word) => word.startsWith('--'));
}

t.test('the unit runs Node as the list says', async (t) => {
  t.strictSame(flagsIn('packaging/systemd/keelson.service', /^ExecStart=\S+\/node /), DAEMON_FLAGS);
  const [, set = ''] = /^Environment=(.*)$/m.exec(text('packaging/systemd/keelson.service')) ?? [];
  const { NODE_COMPILE_CACHE, ...environment } = Object.fromEntries(set.split(' ').map((one) => one.split('=')));
  t.strictSame(environment, DAEMON_ENVIRONMENT);
  t.match(NODE_COMPILE_CACHE, /^\/var\/cache\/keelson\//);
});

t.test('a checkout, a package and the tests do too', async (t) => {
  t.strictSame(flagsIn('bin/node', /^exec "\$node" /), NODE_FLAGS);
  t.match(text('bin/node'), `UV_THREADPOOL_SIZE:-${DAEMON_ENVIRONMENT.UV_THREADPOOL_SIZE}}`);
  t.strictSame(flagsIn('packaging/keelson', /^exec \S+\/node /), NODE_FLAGS);
  t.strictSame((parse(text('.taprc')) as { 'node-arg': readonly string[] })['node-arg'], NODE_FLAGS);
});
