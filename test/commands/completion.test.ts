import fc from 'fast-check';
import t from 'tap';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bashLine, bashReplacement } from '../../agent/commands/completion/bash-words.ts';
import { SCRIPTS, SHELLS } from '../../agent/commands/completion/scripts.ts';
import { wantedAt } from '../../agent/commands/completion/wanted.ts';
import { complete } from '../../agent/commands/complete.ts';
import { declareProgram } from '../../agent/commands/declarations.ts';
import { fakePort } from '../control/fake-port.ts';
import { fakeInvocation, serveAgent } from './fake-invocation.ts';

const program = declareProgram(async () => {});
const wanted = (...words: readonly string[]) => wantedAt(program, words).wanted;
const values = (...words: readonly string[]): readonly string[] => {
  const found = wanted(...words);
  return found.are === 'values' ? found.values.map(({ value }) => value) : [found.are];
};

t.test('every command and every option of the declarations, and nothing hidden', async (t) => {
  const names = program.commands.map((command) => command.name()).filter((name) => name !== 'complete');
  t.strictSame(values(''), [...names, 'help']);
  t.strictSame(values('help', ''), names);
  for (const command of program.commands) {
    if (command.name() === 'complete') continue;
    const own = command.options.map(({ long }) => long ?? '');
    t.strictSame(values(command.name(), '-'), [...own, '--root', '--config', '--help'], command.name());
  }
  t.strictSame(values('config', ''), ['show']);
  t.strictSame(values('-'), ['--root', '--config', '--help']);
});

t.test('what the place takes', async (t) => {
  t.strictSame(values('status', '-o', ''), ['table', 'json', 'yaml']);
  t.strictSame(values('completion', ''), ['bash', 'zsh', 'fish']);
  t.strictSame(values('safe-mode', ''), ['on', 'off']);
  t.same(wanted('hold', ''), { are: 'known', source: 'addresses' });
  t.same(wanted('hold', 'file:/a', ''), { are: 'known', source: 'addresses' }, 'as many as one likes');
  t.same(wanted('hold', '--for', '1h', ''), { are: 'known', source: 'addresses' }, 'a value is no argument');
  t.strictSame(values('hold', '--for', ''), [], 'nobody knows for how long');
  t.same(wanted('release', ''), { are: 'known', source: 'held' });
  t.same(wanted('retry', ''), { are: 'known', source: 'blocked' });
  t.same(wanted('explain', ''), { are: 'known', source: 'explained' });
  t.strictSame(values('explain', 'files', ''), [], 'one is enough');
  t.same(wanted('build', 'site', '--show', ''), { are: 'known', source: 'nodes' });
  t.same(wanted('plan', ''), { are: 'files', patterns: ['*.yaml', '*.yml', '*.json'] });
  t.same(wanted('sign', 'x', '--key', 'a.key', ''), { are: 'files', patterns: ['*.key'] }, 'and on');
  t.same(wanted('adopt', ''), { are: 'files', patterns: ['*'] });
  t.same(wanted('--root', ''), { are: 'folders' });
  t.same(wanted('init', ''), { are: 'folders' });
  t.same(wanted('keygen', 'x', '--out', ''), { are: 'folders' });
  t.strictSame(values('nonsense', ''), []);
  t.strictSame(values('status', '--', '-'), [], 'after -- no option stands');
  t.same(wantedAt(program, ['--root', '/r', 'hold', '--config=c', 'a', '']).given, {
    root: '/r',
    config: 'c',
    positional: ['a'],
  });
  t.match(wantedAt(program, ['status', '--output=j']), { prefix: '--output=', begun: 'j' });
});

t.test('bash: a line becomes words, and words come back as themselves', async (t) => {
  t.same(bashLine(`keelson hold 'a b' c\\ d "e\\"$f" g`), {
    words: ['keelson', 'hold', 'a b', 'c d', 'e"$f', 'g'],
    quote: '',
  });
  t.same(bashLine(`x; keelson hold 'a b`), { words: ['keelson', 'hold', 'a b'], quote: "'" });
  t.same(bashLine('keelson '), { words: ['keelson', ''], quote: '' });
  t.equal(
    bashReplacement('file:/etc/x', 'file:/e', bashLine('keelson hold file:/e')),
    '/etc/x',
    'bash keeps what is before the colon',
  );
  t.equal(bashReplacement('--output=json', '--output=j', bashLine('keelson status --output=j')), 'json');
  const text = fc.string({
    unit: fc.constantFrom('a', ' ', '$', "'", '"', '\\', '`', '(', '&', ';', '*', 'é', '~', '!', '{'),
  });
  fc.assert(
    fc.property(text, (value) => {
      const line = bashLine(`keelson hold ${bashReplacement(value, '', bashLine('keelson hold '))}`);
      if (value !== '' && line.words.at(-1) !== value) throw new Error(`${line.words.join('|')} is not ${value}`);
    }),
  );
});

async function completed(root: string, shell: string, ...words: readonly string[]): Promise<readonly string[]> {
  const invocation = fakeInvocation(root);
  if ((await complete(invocation, shell, words)) !== 0 || invocation.warned.length > 0)
    throw new Error('it must be quiet');
  return invocation.printed;
}

t.test('addresses, holds and blocked generations, of the agent that runs', async (t) => {
  const root = t.testdir();
  await serveAgent(t, root, fakePort());
  const [directive, ...addresses] = await completed(root, 'fish', 'hold', '');
  t.equal(directive, 'values');
  t.ok(addresses.length > 0);
  for (const line of addresses) t.match(line, /^[a-z]+:\S+\t[a-z]+$/u);
  t.match(await completed(root, 'zsh', 'release', ''), ['values']);
});

t.test('where nothing is known nothing is said', async (t) => {
  const root = t.testdir();
  for (const words of [
    ['hold', ''],
    ['release', ''],
    ['retry', ''],
    ['build', '--show', ''],
    ['\0', '\uD800'],
  ])
    t.strictSame((await completed(root, 'zsh', ...words)).slice(1), [], words.join(' '));
  t.strictSame(await completed(join(root, 'none'), 'fish', 'hold', ''), []);
  mkdirSync(join(root, 'etc/keelson/config.d'), { recursive: true });
  writeFileSync(join(root, 'etc/keelson/config.d/1.yaml'), 'a: [');
  t.strictSame(
    (await completed(root, 'fish', 'hold', '')).slice(1),
    [],
    'a configuration with faults is for other commands',
  );
});

t.test('nodes of the site that is named', async (t) => {
  const site = t.testdir({ nodes: { 'lb-a.yaml': '', 'lb-b.json': '', '.x.yaml': '', README: '' } });
  t.strictSame(await completed('/', 'fish', 'build', site, '--show', 'lb'), ['values', 'lb-a', 'lb-b']);
});

t.test('codes, fields and settings', async (t) => {
  t.match((await completed('/', 'fish', 'explain', 'KSN-POD-007'))[1], /^KSN-POD-007\t\S/u);
  t.strictSame(await completed('/', 'fish', 'explain', 'files.mod'), ['values', 'files.mode']);
  t.strictSame(await completed('/', 'fish', 'explain', 'config.drift.settleZ'), ['values', 'config.drift.settleZero']);
});

t.test('what the packages install is what the program prints', async (t) => {
  const names = { bash: 'keelson', zsh: '_keelson', fish: 'keelson.fish' };
  for (const shell of SHELLS) {
    const file = new URL(`../../packaging/completions/${names[shell]}`, import.meta.url);
    t.equal(readFileSync(file, 'utf8'), SCRIPTS[shell], `run: bin/node packaging/generate-completions.ts`);
  }
});
