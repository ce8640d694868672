/** A Debian with systemd as its init, in namespaces: booted on a copy of a root that is built once and kept. */
import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, globSync, mkdtempSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** tap puts options for its own hooks into the environment of every child; a machine has none of them. */
const CLEAN = ['/usr/bin/env', '-i', 'PATH=/usr/sbin:/usr/bin:/sbin:/bin', 'LANG=C.UTF-8'] as const;
/** Built roots outlive test runs: a minute each. */
const cache = process.env['KEELSON_TEST_CACHE'] ?? '/var/cache/keelson-test';
const pristine = join(cache, 'systemd-root');
const script = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** What is lacking to boot one here; false when nothing is. Installs and builds what it may. */
export function lacksMachine(): string | false {
  if (process.getuid?.() !== 0) return 'needs root';
  if (spawnSync('unshare', ['--pid', '--mount', '--net', '--cgroup', '--fork', 'true']).status !== 0) {
    return 'needs the right to make namespaces (unshare)';
  }
  if (existsSync(pristine)) return false;
  if (spawnSync('mmdebstrap', ['--version']).status !== 0) {
    spawnSync('apt-get', ['install', '-y', '--no-install-recommends', 'mmdebstrap'], { stdio: 'ignore' });
  }
  if (spawnSync('mmdebstrap', ['--version']).status !== 0) return 'needs the package mmdebstrap';
  const built = spawnSync(script('build-root.sh'), [pristine], { stdio: ['ignore', 'ignore', 'inherit'] });
  return built.status === 0 ? false : 'needs a Debian mirror for mmdebstrap';
}

export interface Ran {
  readonly status: number | null;
  readonly out: string;
}

export class Machine implements AsyncDisposable {
  /** As this side sees it. */
  readonly root: string;
  #boot: ChildProcess;
  #ended: Promise<void>;

  private constructor(root: string) {
    this.root = root;
    [this.#boot, this.#ended] = bootOn(root);
  }

  /** `install` puts into the root what is to be there when it boots. */
  static async boot(install: (root: string) => void): Promise<Machine> {
    const root = mkdtempSync(join(cache, 'machine-'));
    execFileSync('cp', ['-a', `${pristine}/.`, root]);
    install(root);
    const machine = new Machine(root);
    await machine.#isUp();
    return machine;
  }

  /** Its power is cut, and it boots again on the disk that it has. */
  async powerCycle(): Promise<void> {
    await this.#powerOff();
    [this.#boot, this.#ended] = bootOn(this.root);
    await this.#isUp();
  }

  /** A path of it as this side reaches it, through what is mounted there. */
  through(path: string): string {
    return `/proc/${this.#init()}/root${path}`;
  }

  /** What systemd itself said; more after `systemctl log-level debug`. */
  get journal(): string {
    return this.run('journalctl', '--no-pager', '--output=cat', '_PID=1').out;
  }

  run(...argv: readonly string[]): Ran {
    const init = this.#init();
    if (init === null) return { status: null, out: '' };
    const { status, stdout, stderr } = spawnSync('nsenter', ['-t', init, '-a', ...CLEAN, ...argv], {
      encoding: 'utf8',
      timeout: 60_000,
    });
    return { status, out: `${stdout}${stderr}` };
  }

  /** One property of a unit. */
  show(unit: string, property: string): string {
    return this.run('systemctl', 'show', unit, '--property', property, '--value').out.trim();
  }

  async until(what: string, holds: () => boolean, limitMs = 60_000): Promise<void> {
    const end = performance.now() + limitMs;
    while (!holds()) {
      if (performance.now() > end) throw new Error(`${what}: not within ${limitMs} ms\n${this.journal.slice(-4_000)}`);
      await sleep(100);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#powerOff();
    rmSync(this.root, { recursive: true, force: true });
  }

  #isUp(): Promise<void> {
    return this.until('the system runs', () =>
      /running|degraded/u.test(this.run('systemctl', 'is-system-running').out),
    );
  }

  async #powerOff(): Promise<void> {
    const init = this.#init();
    if (init !== null) process.kill(Number(init), 'SIGKILL');
    this.#boot.kill('SIGKILL');
    await this.#ended;
    for (const group of globSync(`/sys/fs/cgroup/{,*/}keelson-test-${this.#boot.pid}`)) removeGroup(group);
  }

  /** Its first process, as this side numbers it: the only child of unshare. */
  #init(): string | null {
    const { pid } = this.#boot;
    try {
      return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim() || null;
    } catch {
      return null;
    }
  }
}

function bootOn(root: string): [ChildProcess, Promise<void>] {
  const boot = spawn(script('boot.sh'), [root], { stdio: 'ignore' });
  return [boot, new Promise((resolve) => boot.once('close', () => resolve()))];
}

/** Groups within groups, the innermost first; one that is in use still is left. */
function removeGroup(path: string): void {
  for (const inner of globSync(`${path}/*/`)) removeGroup(inner);
  try {
    rmdirSync(path);
  } catch {
    // Processes that are not reaped yet: an empty group does no harm.
  }
}
