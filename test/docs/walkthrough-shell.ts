/** The terminals of a reader: one shell that runs line after line, and programs that stay in others. */
import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const bin = fileURLToPath(new URL('../../bin', import.meta.url));
/** Ends the output of a command; nothing prints it by chance. */
const END = '\u001E';

/** What tap puts into the environment is not there, and npx asks nobody. */
function environment(folder: string): NodeJS.ProcessEnv {
  const npm = { npm_config_offline: 'true', npm_config_update_notifier: 'false' };
  return { PATH: `${bin}:${process.env['PATH']}`, HOME: folder, USER: 'ana', LANG: 'C.UTF-8', ...npm };
}

/** A program, and what it has printed in lines. */
class Talking {
  readonly process: ChildProcess;
  #text = '';
  #grown = Promise.withResolvers<void>();

  constructor(folder: string, args: readonly string[]) {
    this.process = spawn('bash', args, {
      cwd: folder,
      env: environment(folder),
      stdio: ['pipe', 'pipe', 'inherit'],
      detached: true,
    });
    const grew = (): void => {
      this.#grown.resolve();
      this.#grown = Promise.withResolvers();
    };
    this.process.stdout?.on('data', (chunk: Buffer) => {
      this.#text += chunk.toString();
      grew();
    });
    this.process.once('close', grew);
  }

  get text(): string {
    return this.#text;
  }

  /** To all that runs in this terminal, as a terminal does. */
  signal(name: NodeJS.Signals): void {
    const { pid } = this.process;
    if (pid !== undefined && !this.over) process.kill(-pid, name);
  }

  get over(): boolean {
    return this.process.exitCode !== null || this.process.signalCode !== null;
  }

  /** The first text that `take` makes something of; null when it ended or `ms` passed without. */
  async until<T>(take: (text: string) => T | null, ms: number): Promise<T | null> {
    const late = AbortSignal.timeout(ms);
    const tooLate = new Promise<void>((resolve) => late.addEventListener('abort', () => resolve(), { once: true }));
    for (;;) {
      const { over } = this;
      const taken = take(this.#text);
      if (taken !== null || over || late.aborted) return taken;
      await Promise.race([this.#grown.promise, tooLate]);
    }
  }
}

export interface Ran {
  readonly lines: readonly string[];
  readonly code: number;
}

/** The reader's own terminal. */
export class Shell implements Disposable {
  readonly #bash: Talking;
  #read = 0;

  constructor(folder: string) {
    this.#bash = new Talking(folder, ['--norc', '--noprofile']);
    // One stream, so that what a command prints stays in its order.
    this.#bash.process.stdin?.write('exec 2>&1\n');
  }

  /** @throws when it does not end in time */
  async run(command: string, ms: number): Promise<Ran> {
    // The exit code is there for the next line to ask.
    this.#bash.process.stdin?.write(
      `{ ${command}\n} < /dev/null; __rc=$?; printf '${END}%s${END}' $__rc; (exit $__rc)\n`,
    );
    const from = this.#read;
    const ended = await this.#bash.until((text) => {
      const match = new RegExp(`${END}(\\d+)${END}`, 'u').exec(text.slice(from));
      return match === null ? null : { text: text.slice(from, from + match.index), length: match[0].length, match };
    }, ms);
    if (ended === null) throw new Error(`did not end within ${ms} ms:\n${this.#bash.text.slice(from)}`);
    this.#read = from + ended.text.length + ended.length;
    return { lines: linesOf(ended.text), code: Number(ended.match[1]) };
  }

  [Symbol.dispose](): void {
    this.#bash.signal('SIGKILL');
  }
}

/** A terminal in which a program stays. */
export class Staying implements Disposable {
  readonly #program: Talking;
  #read = 0;

  constructor(folder: string, command: string) {
    this.#program = new Talking(folder, ['--norc', '--noprofile', '-c', `exec 2>&1; exec ${command}`]);
  }

  /** Waits for lines that `take` says the number of; false when they do not come. What is taken is gone. */
  async says(take: (lines: readonly string[]) => number | null, ms: number): Promise<boolean> {
    const taken = await this.#program.until((text) => take(linesOf(text).slice(this.#read)), ms);
    this.#read += taken ?? 0;
    return taken !== null;
  }

  /** What it printed and nothing took. */
  get rest(): readonly string[] {
    return linesOf(this.#program.text).slice(this.#read);
  }

  interrupt(): void {
    this.#program.signal('SIGINT');
  }

  [Symbol.dispose](): void {
    this.#program.signal('SIGKILL');
  }
}

function linesOf(text: string): readonly string[] {
  return text === '' ? [] : text.replace(/\n$/u, '').split('\n');
}
