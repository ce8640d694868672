/** Completion in the shells themselves: keys go in at a terminal, and what the shell then runs is printed, word by word. */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import { atTerminal, lacksShell } from '../support/shells.ts';
import { keelson, started } from '../scenarios/program.ts';

const main = fileURLToPath(new URL('../../agent/main.ts', import.meta.url));
/** What a shell would read as anything but itself. */
const HOSTILE = `/etc/app/a b$HOME'"(1)&;|*?[x]\`\\#!~{y}=é.conf`;

interface Desk {
  readonly folder: string;
  readonly root: string;
  readonly env: Readonly<Record<string, string>>;
}

let desk: Desk;

t.before(async () => {
  const folder = t.testdir();
  const root = join(folder, 'root');
  mkdirSync(join(root, 'etc/keelson/config.d'), { recursive: true });
  mkdirSync(join(folder, 'bin'));
  mkdirSync(join(folder, 'work/sub'), { recursive: true });
  writeFileSync(join(root, 'etc/keelson/config.d/10.yaml'), 'trust: { allowUnsigned: [lb] }\n');
  const program = join(folder, 'bin/keelson');
  writeFileSync(
    program,
    `#!/bin/sh\nexec env -u NODE_OPTIONS ${process.execPath} --experimental-ffi --disable-warning=ExperimentalWarning ${main} "$@"\n`,
  );
  chmodSync(program, 0o755);
  for (const name of ['one.yaml', 'two.txt', 'ops.key']) writeFileSync(join(folder, 'work', name), '');
  const spec = {
    apiVersion: 'keelson.dev/v1',
    kind: 'NodeSpec',
    metadata: { series: 'lb', generation: 1 },
    spec: { files: { [HOSTILE]: { content: { inline: 'x' } }, '/etc/other': { content: { inline: 'x' } } } },
  };
  writeFileSync(join(folder, 'spec.json'), JSON.stringify(spec));
  desk = {
    folder,
    root,
    env: { PATH: `${join(folder, 'bin')}:${process.env['PATH']}`, HOME: folder, LANG: 'C.UTF-8' },
  };
  const agent = started(t, '--root', root, 'agent');
  await agent.says(/"event":"ready"/u);
  const applied = await keelson('--root', root, 'apply', join(folder, 'spec.json'), '--yes');
  if (applied.code !== 0) throw new Error(applied.out + applied.err);
});

/** A shell in which `keelson` completes as it does, and prints its words instead of running. */
const shows = `keelson() { if [ "$1" = complete ]; then command keelson "$@"; else printf '<%s>' "$@"; echo; fi; }`;
const starts = {
  bash: `PS1='>>'; cd work; eval "$(command keelson completion bash)"; ${shows}\r`,
  zsh: `PROMPT='>>'; setopt NO_BEEP; cd work; autoload -U compinit; compinit -u -D; eval "$(command keelson completion zsh)"; ${shows}\r`,
} as const;
const commands = { bash: 'bash --norc --noprofile -i', zsh: 'zsh -f -i' } as const;

async function typed(shell: 'bash' | 'zsh', line: string): Promise<string> {
  const said = await atTerminal(
    `cd ${desk.folder}; exec ${commands[shell]}`,
    [
      { when: /[$%#] /u, type: starts[shell] },
      // The shell reads Enter when it has done with Tab.
      { when: /\n?>>[^>]*$/u, type: `${line}\r` },
    ],
    /<[^>]*>+\r?\n/u,
    desk.env,
  );
  const plain = said.replaceAll('\r', '');
  return /^<.*>$/mu.exec(plain)?.[0] ?? plain;
}

for (const shell of ['bash', 'zsh'] as const) {
  t.test(shell, { skip: lacksShell(shell) }, async (t: Test) => {
    t.equal(await typed(shell, 'keelson stat\t'), '<status>');
    t.equal(await typed(shell, 'keelson config sh\t'), '<config><show>');
    t.equal(await typed(shell, 'keelson status --outp\tj\t'), '<status><--output><json>');
    t.equal(await typed(shell, 'keelson status --output=y\t'), '<status><--output=yaml>');
    t.equal(await typed(shell, 'keelson explain KSN-BASE\t'), '<explain><KSN-BASE-001>');
    t.equal(await typed(shell, 'keelson plan on\t'), '<plan><one.yaml>');
    t.equal(await typed(shell, 'keelson sign one.yaml --key o\t'), '<sign><one.yaml><--key><ops.key>');
    const root = `--root ${desk.root}`;
    t.equal(await typed(shell, `keelson ${root} hold file:/etc/o\t`), `<--root><${desk.root}><hold><file:/etc/other>`);
    t.equal(
      await typed(shell, `keelson ${root} hold file:/etc/a\t`),
      `<--root><${desk.root}><hold><file:${HOSTILE}>`,
      'quoted',
    );
    t.equal(
      await typed(shell, `keelson ${root} hold 'file:/etc/a\t`),
      `<--root><${desk.root}><hold><file:${HOSTILE}>`,
      'in quotes',
    );
  });
}

t.test('fish', { skip: lacksShell('fish') }, (t) => {
  const offers = (line: string): readonly string[] => {
    const script = `source (keelson completion fish | psub); complete -C ${JSON.stringify(line).replaceAll('$', String.raw`\$`)}`;
    const { stdout, stderr } = spawnSync('fish', ['-N', '-c', script], {
      env: desk.env,
      cwd: join(desk.folder, 'work'),
      encoding: 'utf8',
    });
    t.equal(stderr, '');
    return stdout
      .trim()
      .split('\n')
      .map((one) => one.split('\t')[0] ?? '');
  };
  t.strictSame(offers('keelson stat'), ['status']);
  t.strictSame(offers('keelson status --output='), ['--output=json', '--output=table', '--output=yaml']);
  t.strictSame(offers('keelson config '), ['show']);
  t.strictSame(offers('keelson plan '), ['one.yaml', 'sub/']);
  t.strictSame(offers('keelson keygen x --out '), ['sub/']);
  t.strictSame(offers(`keelson --root ${desk.root} hold file:/etc/a`), [`file:${HOSTILE}`]);
  t.end();
});
