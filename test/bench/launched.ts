/** Programs started by the C launcher, which tells their times and listens for sd_notify. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface, type Interface } from 'node:readline';
import { compiled } from './c-program.ts';
import type { Ground } from './ground.ts';

export interface Command {
  readonly argv: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

/** From before fork until its end. Milliseconds. */
export async function timeToEnd(ground: Ground, command: Command): Promise<number> {
  const { lines } = launch(ground, '-', command);
  const [, microseconds, status] = await wordsOf(lines, 'ended');
  if (status !== '0') throw new Error(`${command.argv.join(' ')} ended with ${status}`);
  return Number(microseconds) / 1_000;
}

/** A program that said READY=1. Ends, by SIGTERM, when disposed of. */
export class Ready implements AsyncDisposable {
  readonly readyMs: number;
  readonly pid: number;
  readonly #launcher: ChildProcess;

  private constructor(launcher: ChildProcess, readyMs: number, pid: number) {
    this.#launcher = launcher;
    this.readyMs = readyMs;
    this.pid = pid;
  }

  static async start(ground: Ground, command: Command): Promise<Ready> {
    const { launcher, lines } = launch(ground, `${ground.path}/notify`, command);
    const [, microseconds, pid] = await wordsOf(lines, 'ready');
    return new Ready(launcher, Number(microseconds) / 1_000, Number(pid));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.#launcher, 'exit');
    this.#launcher.stdin?.end();
    await ended;
  }
}

function launch(ground: Ground, socket: string, { argv, environment = {} }: Command) {
  const launcher = spawn(compiled(ground, 'launch'), [socket, ...argv], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], ...environment },
  });
  let said = '';
  launcher.stderr.on('data', (text) => (said = `${said}${text}`.slice(-2_000)));
  const lines = createInterface({ input: launcher.stdout });
  launcher.on('error', (error) => process.stderr.write(`${argv.join(' ')}: ${error.message}\n`));
  launcher.on('exit', (code) => {
    if (code !== 0) process.stderr.write(`${argv.join(' ')}: ${said}\n`);
  });
  return { launcher, lines };
}

async function wordsOf(lines: Interface, first: string): Promise<readonly string[]> {
  for await (const line of lines) {
    const words = line.split(' ');
    if (words[0] === first) return words;
  }
  throw new Error(`the program ended before it was ${first}`);
}
