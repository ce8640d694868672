import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chownSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import fc from 'fast-check';
import t from 'tap';
import { effectLines } from '../../agent/host/guard-effects.ts';
import { shellBytes, shellLine } from '../../agent/host/shell-words.ts';
import type { Effect } from '../../agent/resources/kind.ts';
import { changeOf, content, directory, file, guarded, link, otherContent } from './guarded.ts';

const isRoot = process.getuid?.() === 0;
const bad = file({ content: otherContent });
const hostile = [
  "it's",
  'a "b"',
  '$(echo pwned >&2)',
  '`id`',
  '-rf',
  '*',
  'two\nlines',
  '\n',
  ' ',
  '\\',
  '~',
  '!x',
  'a;b&c|d',
  'ä\u{1f600}',
  '$at',
];

t.test('words stay what they are, in every shell that is here', async (t) => {
  const word = fc.oneof(
    fc.constantFrom(...hostile),
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.string({
      unit: fc.constantFrom("'", '"', '$', '(', ')', '`', '\\', '\n', ' ', '\u0081', '\u0088'),
      maxLength: 20,
    }),
  );
  const words = fc.array(
    word.map((text) => text.replaceAll('\0', '').toWellFormed()),
    { maxLength: 5 },
  );
  for (const shell of ['/bin/sh', '/bin/bash'].filter((path) => existsSync(path))) {
    fc.assert(
      fc.property(words, (list) => {
        // A file, as it is used; an argument cannot be longer than 128 KiB.
        const { stdout } = spawnSync(shell, ['-s'], {
          input: shellBytes(`for word in ${shellLine(list)}; do printf '%s\\0' "$word"; done\n`),
        });
        return stdout.equals(Buffer.from(list.map((each) => `${each}\0`).join('')));
      }),
      { numRuns: 100 },
    );
  }
  t.throws(() => shellLine(['a\0b']));
});

t.test('every change is undone whatever its path is', async (t) => {
  await using g = await guarded();
  g.save(content, 'before');
  for (const name of hostile) {
    mkdirSync(g.at(`/d${name}`));
    const path = `/d${name}/${name}`;
    g.write(path, 'bad');
    await g.guards.arm(changeOf(path, file(), bad));
    t.match(g.fire(), { status: 0, stderr: '' }, JSON.stringify(name));
    t.equal(readFileSync(g.at(path), 'utf8'), 'before');
    t.strictSame(readdirSync(g.at(`/d${name}`)), [name]);
    await g.guards.acknowledge('t1-1');
  }
  await g.guards.arm(changeOf('/link', link('\udc81\udcff'), bad));
  g.fire();
  t.strictSame(readlinkSync(g.at('/link'), 'buffer'), Buffer.of(0x81, 0xff), 'bytes that are no UTF-8');
});

t.test('from every state to every other and back', async (t) => {
  await using g = await guarded();
  const root = g.path;
  g.save(content, 'before');
  const makes: Readonly<Record<string, () => void>> = {
    nothing: () => {},
    file: () => g.write('/x', 'bad', 0o600),
    link: () => symlinkSync('var', `${root}/x`),
    directory: () => mkdirSync(`${root}/x`),
  };
  const states = {
    nothing: null,
    file: file({ mode: '2755' }),
    link: link('-before\n$x'),
    directory: directory('1710'),
  };
  const targets = { nothing: null, file: bad, link: link('var'), directory: directory() };
  const looks: Readonly<Record<string, () => boolean>> = {
    nothing: () => !existsSync(`${root}/x`),
    file: () =>
      lstatSync(`${root}/x`).isFile() &&
      (statSync(`${root}/x`).mode & 0o7777) === 0o2755 &&
      readFileSync(`${root}/x`, 'utf8') === 'before',
    link: () => readlinkSync(`${root}/x`) === '-before\n$x',
    directory: () => lstatSync(`${root}/x`).isDirectory() && (statSync(`${root}/x`).mode & 0o7777) === 0o1710,
  };
  for (const [from, before] of Object.entries(states)) {
    for (const [to, after] of Object.entries(targets)) {
      makes[to]?.();
      await g.guards.arm(changeOf('/x', before, after));
      t.match(g.fire(), { status: 0, stderr: '' }, `${from} → ${to}`);
      t.ok(looks[from]?.(), `${from} is back in the place of ${to}`);
      t.strictSame(
        readdirSync(root).filter((name) => name.startsWith('.')),
        [],
      );
      rmSync(`${root}/x`, { recursive: true, force: true });
      await g.guards.acknowledge('t1-1');
    }
  }
  t.ok(existsSync(`${root}/var`));
});

t.test('attributes go back on the thing itself', async (t) => {
  await using g = await guarded();
  g.write('/x', 'same', 0o666);
  linkSync(g.at('/x'), g.at('/hard'));
  await g.guards.arm(changeOf('/x', file({ mode: '0640' }), file({ mode: '0666' })));
  g.fire();
  t.equal(statSync(g.at('/hard')).mode & 0o7777, 0o640);
  t.equal(statSync(g.at('/hard')).ino, statSync(g.at('/x')).ino);
});

t.test('owners go back', { skip: isRoot ? false : 'needs root' }, async (t) => {
  await using g = await guarded();
  g.save(content, 'before');
  g.write('/x', 'bad');
  await g.guards.arm(changeOf('/x', file({ owner: '1234', group: '4321', mode: '6755' }), bad));
  g.fire();
  t.match(statSync(g.at('/x')), { uid: 1234, gid: 4321, mode: 0o106755 });
});

t.test('a directory that others use by now stays', async (t) => {
  await using g = await guarded();
  mkdirSync(g.at('/d'));
  g.write('/d/theirs', '');
  await g.guards.arm(changeOf('/d', null, directory()));
  t.match(g.fire(), { status: 0, stderr: '' });
  t.ok(existsSync(g.at('/d/theirs')));
});

t.test('what was made in a folder that is gone needs no undo', async (t) => {
  await using g = await guarded();
  mkdirSync(g.at('/d'));
  await g.guards.arm(changeOf('/d/x', null, bad));
  rmSync(g.at('/d'), { recursive: true });
  t.match(g.fire(), { status: 0, stderr: '' });
});

t.test('links on the way are followed as in the root, and one that came later is not', async (t) => {
  await using g = await guarded();
  g.save(content, 'before');
  mkdirSync(g.at('/real/sub'), { recursive: true });
  symlinkSync('/real', g.at('/way'));
  symlinkSync('../way/./sub', g.at('/real/on'));
  g.write('/real/sub/x', 'bad');
  await g.guards.arm(changeOf('/way/on/x', file(), bad));
  t.match(g.fire(), { status: 0, stderr: '' });
  t.equal(readFileSync(g.at('/real/sub/x'), 'utf8'), 'before');
  await g.guards.acknowledge('t1-1');

  g.write('/real/sub/x', 'bad');
  await g.guards.arm(changeOf('/way/on/x', file(), bad));
  mkdirSync(g.at('/victim'));
  renameSync(g.at('/real/sub'), g.at('/elsewhere'));
  symlinkSync(g.at('/victim'), g.at('/real/sub'));
  t.match(g.fire('t1-1', 'agent'), { status: 1 });
  t.strictSame(readdirSync(g.at('/victim')), []);
});

t.test('nobody in the folder can lead the undo elsewhere, by what lies there or by a race', async (t) => {
  await using g = await guarded();
  g.save(content, 'before');
  mkdirSync(g.at('/home'));
  mkdirSync(g.at('/victim'));
  for (const name of ['x', 'new']) g.write(`/victim/${name}`, 'victim', 0o600);
  const unharmed = (how: string): void => {
    for (const name of ['x', 'new']) {
      t.match(statSync(g.at(`/victim/${name}`)), { mode: 0o100600, nlink: 1 }, how);
      t.equal(readFileSync(g.at(`/victim/${name}`), 'utf8'), 'victim', how);
    }
    t.strictSame(readdirSync(g.at('/victim')), ['new', 'x'], how);
  };
  const undo = async (from: unknown, to: unknown): Promise<number | null> => {
    await g.guards.arm(changeOf('/home/x', from, to));
    const { status } = g.fire('t1-1', 'agent');
    await g.guards.acknowledge('t1-1');
    return status;
  };
  symlinkSync(g.at('/victim/x'), g.at('/home/x'));
  t.equal(await undo(file({ mode: '0777' }), file({ mode: '0600' })), 1);
  unharmed('a link in the place of the file');
  symlinkSync(g.at('/victim'), g.at('/home/.keelson-guard-t1-1'));
  t.equal(await undo(file({ mode: '0777' }), bad), 0);
  unharmed('a link in the place of our folder');
  rmSync(g.at('/home/x'));
  symlinkSync(g.at('/victim'), g.at('/home/x'));
  t.equal(await undo(directory('0777'), bad), 0);
  unharmed('a link in the place of the directory');
  const swap = `while :; do rm -rf ./.keelson-guard-t1-1; ln -s '${g.at('/victim')}' ./.keelson-guard-t1-1; done 2>/dev/null`;
  const attacker = spawn('/bin/sh', ['-c', swap], { cwd: g.at('/home'), stdio: 'ignore' });
  for (let round = 0; round < 3; round += 1) await undo(link('y'), bad);
  attacker.kill('SIGKILL');
  await once(attacker, 'exit');
  unharmed('a race for our folder');
});

const command = (argv: readonly string[], timeoutMs = 5_000): Effect => ({
  target: 'command:x',
  verb: 'command',
  command: { argv, timeoutMs },
});

t.test('effects: commands with their words, environment and deadline; a failure is no reason to stop', async (t) => {
  await using g = await guarded();
  const said = g.at('/said');
  const effects = [
    command(['sh', '-c', 'exit 3']),
    command(['sleep', '60'], 200),
    command(['sh', '-c', 'printf "%s|" "$@" "$KEELSON_EFFECT_ID" "${HOME-none}" >"$0"', said, ...hostile.slice(0, 10)]),
  ];
  await g.guards.arm(changeOf('/x', null, bad, { effects }));
  g.write('/x', 'bad');
  t.match(g.fire(), { status: 1 });
  t.notOk(existsSync(g.at('/x')));
  t.equal(readFileSync(said, 'utf8'), `${[...hostile.slice(0, 10), 'guard/t1-1/3', 'none'].join('|')}|`);
  t.ok(g.has('t1-1.fired'));
});

t.test('an undo that its kind says itself', async (t) => {
  await using g = await guarded();
  const made = g.at("/it's made");
  await g.guards.arm(
    changeOf('/x', {}, {}, { address: 'sysctl:x', claims: [], guard: { seconds: 5, argv: ['touch', made] } }),
  );
  t.match(g.fire(), { status: 0, stderr: '' });
  t.ok(existsSync(made));
});

t.test('effects: signals to a master by name and by pid file, never at boot', async (t) => {
  await using g = await guarded();
  g.write(
    '/keelson-test-daemon',
    readFileSync(spawnSync('/bin/sh', ['-c', 'command -v bash'], { encoding: 'utf8' }).stdout.trim()),
    0o755,
  );
  const script = `trap 'echo \${me} >>"$1"' HUP; me=worker; if [ -z "$2" ]; then me=master; "$0" -c "$3" "$0" "$1" worker "$3" & fi; echo ready >>"$1.ready"; while :; do sleep 0.05; done`;
  const log = g.at('/log');
  const daemon = spawn(g.at('/keelson-test-daemon'), ['-c', script, g.at('/keelson-test-daemon'), log, '', script], {
    stdio: 'ignore',
    detached: true,
  });
  t.teardown(() => process.kill(-(daemon.pid ?? 0), 'SIGKILL'));
  const lines = (path: string): string => (existsSync(path) ? readFileSync(path, 'utf8') : '');
  while (lines(`${log}.ready`) !== 'ready\nready\n') await new Promise((resolve) => setTimeout(resolve, 20));
  g.write('/run.pid', `${daemon.pid}\n`);
  const effects: readonly Effect[] = [
    { target: 'process:keelson-test-daemon', verb: 'signal', signal: 'SIGHUP' },
    { target: 'pidfile:/run.pid', verb: 'signal', signal: 'SIGHUP' },
    { target: 'pidfile:/absent.pid', verb: 'signal', signal: 'SIGHUP' },
    { target: 'pod:x', verb: 'restart' },
  ];
  for (const mode of ['boot', undefined] as const) {
    await g.guards.arm(changeOf('/x', null, bad, { effects }));
    t.match(g.fire('t1-1', mode), { status: 0, stderr: '' });
    await new Promise((resolve) => setTimeout(resolve, 300));
    t.match(lines(log), mode === 'boot' ? /^$/ : /^(master\n){1,2}$/, String(mode));
    await g.guards.acknowledge('t1-1');
  }
});

t.test('effects on units go to systemd, where it runs', async (t) => {
  const effects: readonly Effect[] = [
    { target: 'unit:a.service', verb: 'reload' },
    { target: 'unit:b.service', verb: 'restart' },
    { target: 'unit:c.service', verb: 'signal', signal: 'SIGUSR1' },
    { target: 'unit:a.service', verb: 'daemon-reload' },
  ];
  const physical = async (path: string) => path;
  t.strictSame(await effectLines(effects, { physical, hasSystemd: true }), [
    "'systemctl' 'daemon-reload'",
    "'unit' 'reload' 'a.service'",
    "'unit' 'restart' 'b.service'",
    "'unit' 'signal' 'c.service' 'USR1'",
  ]);
  t.strictSame(await effectLines(effects, { physical, hasSystemd: false }), []);
});

t.test('the trust store is made anew on the machine, and never for a sandbox', async (t) => {
  const effects: readonly Effect[] = [
    {
      target: 'trust:update-ca-trust',
      verb: 'command',
      command: { argv: ['update-ca-trust', 'extract'], timeoutMs: 60_000 },
    },
  ];
  const physical = async (path: string) => path;
  t.strictSame(await effectLines(effects, { physical, hasSystemd: true }), [
    "'run' '1' '60' 'update-ca-trust' 'extract'",
  ]);
  t.strictSame(await effectLines(effects, { physical, hasSystemd: false }), []);
});

t.test('a link goes back to whom it belonged', { skip: process.getuid?.() === 0 ? false : 'needs root' }, async (t) => {
  await using g = await guarded();
  g.write('/x', 'bad');
  await g.guards.arm(changeOf('/x', { ...link('var'), uid: 500, gid: 501 }, bad));
  t.match(g.fire(), { status: 0, stderr: '' });
  t.match(lstatSync(g.at('/x')), { uid: 500, gid: 501 });
});

t.test(
  'a link that hostfs does not follow leads no guard either',
  { skip: process.getuid?.() === 0 ? false : 'needs root' },
  async (t) => {
    await using g = await guarded();
    g.save(content, 'before');
    mkdirSync(g.at('/etc'));
    g.write('/etc/x', 'bad');
    mkdirSync(g.at('/app'));
    symlinkSync('/etc', g.at('/app/conf'));
    chownSync(g.at('/app'), 500, 500);
    await t.rejects(g.guards.arm(changeOf('/app/conf/x', file(), bad)), {
      code: 'KSN-HOST-006',
      message: /is not followed/,
    });
  },
);
