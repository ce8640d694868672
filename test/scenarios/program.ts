/** The program as a person starts it: a process of its own, its output, its exit code. */
import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Test } from 'tap';
import { PLAIN_NODE } from '../support/plain-node.ts';

const main = fileURLToPath(new URL('../../agent/main.ts', import.meta.url));
const flags = ['--experimental-ffi', '--disable-warning=ExperimentalWarning'];

export const example = fileURLToPath(new URL('../../examples/edge-node.yaml', import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export class Program {
  readonly process: ChildProcess;
  readonly ended: Promise<Ended>;
  #out = '';
  #err = '';
  #grown = Promise.withResolvers<void>();

  constructor(args: readonly string[], input: string | null = '', more: SpawnOptions = {}) {
    const env = { PATH: process.env['PATH'], ...more.env };
    this.process = spawn(PLAIN_NODE.command, [...PLAIN_NODE.before, ...flags, main, ...args], { ...more, env });
    const grew = (): void => {
      this.#grown.resolve();
      this.#grown = Promise.withResolvers();
    };
    this.process.stdout?.on('data', (chunk: Buffer) => {
      this.#out += chunk.toString();
      grew();
    });
    this.process.stderr?.on('data', (chunk: Buffer) => {
      this.#err += chunk.toString();
      grew();
    });
    // Null: it stays open.
    if (input !== null) this.process.stdin?.end(input);
    this.ended = new Promise((resolve) => {
      this.process.once('close', (code) => {
        resolve({ code, out: this.#out, err: this.#err });
        grew();
      });
    });
  }

  get out(): string {
    return this.#out;
  }

  /** Waits until the output has this. */
  async says(pattern: RegExp): Promise<void> {
    while (!pattern.test(this.#out + this.#err)) {
      if (this.process.exitCode !== null)
        throw new Error(`it ended without saying ${pattern}:\n${this.#out}${this.#err}`);
      await this.#grown.promise;
    }
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<Ended> {
    this.process.kill(signal);
    return this.ended;
  }
}

export function keelson(...args: readonly string[]): Promise<Ended> {
  return new Program(args).ended;
}

/** Ended with the test, whatever becomes of it. */
export function started(t: Test, ...args: readonly string[]): Program {
  const program = new Program(args);
  t.teardown(async () => {
    await program.stop('SIGKILL');
  });
  return program;
}
