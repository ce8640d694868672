/** `keelson agent` on a root, as its unit has it: the bundle, started, asked over its socket, killed. */
import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ControlClient } from '../../../agent/control/client.ts';
import type { NodeStatus } from '../../../agent/report/status.ts';
import { PLAIN_NODE } from '../../support/plain-node.ts';

const bundler = fileURLToPath(new URL('../../../packaging/bundle.ts', import.meta.url));
const FLAGS = ['--experimental-ffi', '--disable-warning=ExperimentalWarning', '--max-semi-space-size=1'];
const PATIENCE_MS = 60_000;
const POLL_MS = 40;
const MOST_SAID = 4_000;

/** The one-file form, and where Node keeps it compiled. */
export interface Bundle {
  readonly file: string;
  readonly cache: string;
}

export function makeBundle(folder: string): Bundle {
  const bundle = { file: join(folder, 'keelson.cjs'), cache: join(folder, 'compiled') };
  execFileSync(process.execPath, [bundler, bundle.file], { stdio: ['ignore', 'ignore', 'inherit'] });
  return bundle;
}

/** A command on a root, to its end. */
export function keelson({ file, cache }: Bundle, root: string, ...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(
    PLAIN_NODE.command,
    [...PLAIN_NODE.before, ...FLAGS, file, '--root', root, ...args],
    {
      env: environmentOf(cache),
      encoding: 'utf8',
    },
  );
  return { code: status, out: stdout, err: stderr };
}

export class AgentProcess {
  readonly #root: string;
  readonly #process: ChildProcess;
  readonly #ended: Promise<{ readonly code: number | null; readonly signal: string | null }>;
  /** Aborts with its end, whatever the reason. */
  readonly #gone = new AbortController();
  readonly #ready = Promise.withResolvers<void>();
  #isReady = false;
  #said = '';

  constructor({ file, cache }: Bundle, root: string) {
    this.#root = root;
    this.#process = spawn(PLAIN_NODE.command, [...PLAIN_NODE.before, ...FLAGS, file, '--root', root, 'agent'], {
      env: environmentOf(cache),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const hear = (chunk: Buffer): void => {
      this.#said = (this.#said + chunk.toString()).slice(-MOST_SAID);
      if (this.#said.includes('"event":"ready"')) {
        this.#isReady = true;
        this.#ready.resolve();
      }
    };
    this.#process.stdout?.on('data', hear);
    this.#process.stderr?.on('data', hear);
    this.#ready.promise.catch(() => {});
    this.#ended = new Promise((resolve) => {
      this.#process.once('exit', (code, signal) => {
        this.#gone.abort(new Error(`the agent ended (${code ?? signal}): ${this.#said}`));
        this.#ready.reject(this.#gone.signal.reason);
        resolve({ code, signal });
      });
    });
  }

  get isReady(): boolean {
    return this.#isReady;
  }

  /** Its last words. */
  get said(): string {
    return this.#said;
  }

  /** Rejects when it ends before, or takes too long. */
  async ready(): Promise<void> {
    const enough = new AbortController();
    const late = sleep(PATIENCE_MS, undefined, { signal: enough.signal }).then(() => {
      throw new Error(`no READY within ${PATIENCE_MS / 1000} s: ${this.#said}`);
    });
    try {
      await Promise.race([this.#ready.promise, late]);
    } finally {
      late.catch(() => {});
      enough.abort();
    }
  }

  /** kill -9. @throws when it had ended by itself before. */
  async kill(): Promise<void> {
    this.#process.kill('SIGKILL');
    const { signal } = await this.#ended;
    if (signal !== 'SIGKILL') throw this.#gone.signal.reason;
  }

  /** The orderly end; gives the exit code. */
  async stop(): Promise<number | null> {
    this.#process.kill('SIGTERM');
    return (await this.#ended).code;
  }

  /** Throws when it does not answer, because it has ended or for another reason. */
  async status(): Promise<NodeStatus> {
    await this.ready();
    return new ControlClient(join(this.#root, 'run/keelson'), this.#gone.signal).status();
  }

  /** The first status that is so. */
  async until(is: (status: NodeStatus) => boolean): Promise<NodeStatus> {
    const deadline = performance.now() + PATIENCE_MS;
    for (;;) {
      const status = await this.status();
      if (is(status)) return status;
      if (performance.now() > deadline) throw new Error(`still ${JSON.stringify(status)}`);
      await sleep(POLL_MS);
    }
  }
}

function environmentOf(cache: string): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'], UV_THREADPOOL_SIZE: '16', NODE_COMPILE_CACHE: cache };
}
