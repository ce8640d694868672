/** The sandbox as a person without root rights has it: nothing but a folder of their own. */
import { spawnSync } from 'node:child_process';
import { appendFileSync, chownSync, lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { PLAIN_NODE } from '../support/plain-node.ts';
import { Program, type Ended } from '../scenarios/program.ts';

const isRoot = process.getuid?.() === 0;
/** Nobody in particular; a test that is not root is one already. */
const person = isRoot ? { uid: 65_534, gid: 65_534 } : {};
const cannot =
  spawnSync(
    PLAIN_NODE.command,
    [...PLAIN_NODE.before, import.meta.filename.replace(/test\/real\/.*/u, 'agent/main.ts'), 'version'],
    {
      ...person,
      cwd: '/',
      env: {},
    },
  ).status === 0
    ? false
    : 'needs a checkout that user 65534 can read';

/** A folder that belongs to the person. */
function home(t: Test): string {
  const path = mkdtempSync(join(tmpdir(), 'keelson-person-'));
  if (isRoot) chownSync(path, 65_534, 65_534);
  t.teardown(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** In a process group of its own, as from a terminal. */
function begun(...args: readonly string[]): Program {
  return new Program(args, '', { ...person, cwd: '/', detached: true });
}

function keelson(...args: readonly string[]): Promise<Ended> {
  return begun(...args).ended;
}

/** Ctrl-C: everything that the terminal started gets it. */
function interrupt({ process: { pid } }: Program): void {
  if (pid !== undefined) process.kill(-pid, 'SIGINT');
}

/** Processes that name the folder, or are of the group. */
function leftOf(folder: string, group: number | undefined): readonly string[] {
  return readdirSync('/proc').filter((name) => {
    if (!/^\d+$/u.test(name) || Number(name) === process.pid) return false;
    try {
      const [, pgrp] = readFileSync(`/proc/${name}/stat`, 'utf8')
        .replace(/^.*\) \S+ \d+ /su, ' ')
        .split(' ');
      return Number(pgrp) === group || readFileSync(`/proc/${name}/cmdline`, 'utf8').includes(folder);
    } catch {
      // It has ended meanwhile.
      return false;
    }
  });
}

t.test(
  'dev in a folder of one’s own: applied, repaired, ended by Ctrl-C',
  { skip: cannot, timeout: 90_000 },
  async (t) => {
    const root = join(home(t), 'root');
    const config = join(root, 'etc/haproxy/haproxy.cfg');
    const dev = begun('--root', root, 'dev');
    t.teardown(async () => void (await dev.stop('SIGKILL')));
    await dev.says(/lb\/1 is good/u);
    const { uid, mode } = lstatSync(config);
    t.match({ uid, mode: mode & 0o777 }, { uid: isRoot ? 65_534 : process.getuid?.(), mode: 0o644 });
    const modeOf = (path: string): number => lstatSync(join(root, path)).mode & 0o777;
    t.equal(modeOf('etc/haproxy/certs'), 0o700);
    t.equal(modeOf('var/lib/keelson'), 0o700);
    t.equal(modeOf('var'), 0o755, 'only what is the agent’s own is closed to others');
    t.match(await keelson('--root', root, 'status', '--exit-code'), { code: 0, out: /OK {2}running lb\/1/u });

    const good = readFileSync(config, 'utf8');
    appendFileSync(config, '# a hand\n');
    await dev.says(/haproxy\.cfg repaired/u);
    t.equal(readFileSync(config, 'utf8'), good);

    interrupt(dev);
    const { code, err } = await dev.ended;
    t.equal(code, 0, err);
    t.strictSame(leftOf(root, dev.process.pid), [], 'no process is left');
    t.strictSame(readdirSync(join(root, 'run/keelson')), [], 'nor a socket');
    t.match(
      await keelson('--root', root, 'dev', '--once'),
      { code: 0, out: /OK {2}running lb\/1/u },
      'it goes on where it was',
    );
  },
);

t.test('the demo plays in less than a minute, and leaves nothing', { skip: cannot, timeout: 90_000 }, async (t) => {
  const temporary = home(t);
  const demo = new Program(['dev', '--demo'], '', {
    ...person,
    cwd: '/',
    detached: true,
    env: { TMPDIR: temporary },
  });
  const began = performance.now();
  const { code, out, err } = await demo.ended;
  t.equal(code, 0, err);
  t.ok(performance.now() - began < 60_000, 'in less than a minute');
  t.match(out, /haproxy\.cfg repaired.*rolled back to lb\/1.*ROLLED BACK.*does not contain/su);
  t.strictSame(leftOf(temporary, demo.process.pid), [], 'no process is left');
  t.strictSame(readdirSync(temporary), [], 'nor its folder');
});
