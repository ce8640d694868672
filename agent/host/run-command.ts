/** The only place that starts programs: without a shell, in a process group of their own, never longer than allowed. */
import type { ChildProcess, spawn } from 'node:child_process';
import type { Clock } from '../base/clock.ts';
import type { CommandResult, RunCommand } from '../resources/kind.ts';
import { printableText } from '../base/printable-text.ts';
import { redactText } from '../base/redact-text.ts';
import { OutputTail } from './output-tail.ts';

/** From SIGTERM to SIGKILL. */
const GRACE_MS = 2_000;
/** How long pipes may stay open after the program ended: something it left running may hold them. */
const PIPE_GRACE_MS = 200;

export const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * `path`: the PATH by which programs are found, and which they get; by default the system's. `shown`: bytes of output
 * that are kept, the last 4 KiB unless told otherwise.
 */
export interface RunCommandOptions {
  readonly clock: Clock;
  readonly path?: string;
  readonly shown?: number;
}

/** Output is made printable and redacted before anyone sees it. Rejects only when `signal` aborts, after the group is gone. */
export function createRunCommand({ clock, path = DEFAULT_PATH, shown }: RunCommandOptions): RunCommand {
  return async ({ argv, timeoutMs }, signal, environment = {}) => {
    // Loaded by the first command: an idle agent does without.
    const { spawn } = await import('node:child_process');
    signal.throwIfAborted();
    const [program = '', ...words] = argv;
    const started = start(spawn, program, words, { PATH: path, LANG: 'C.UTF-8', ...environment });
    if (typeof started === 'string') return notStarted(started);
    const output = new OutputTail(shown);
    started.stdout?.on('data', (chunk: Buffer) => output.push(chunk));
    started.stderr?.on('data', (chunk: Buffer) => output.push(chunk));

    const ended = endOf(started);
    const timedOut = await endGroupWhenDue(started, ended, { clock, timeoutMs, signal });
    const end = await ended;
    if (end.startError === undefined) await closed(started, clock);
    signal.throwIfAborted();
    if (end.startError !== undefined) return notStarted(end.startError);
    return {
      exitCode: end.exitCode,
      signal: end.signal,
      timedOut,
      outputTail: output.text((text) => redactText(printableText(text))),
    };
  };
}

interface End {
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly startError?: string;
}

function notStarted(startError: string): CommandResult {
  return { exitCode: null, signal: null, timedOut: false, outputTail: '', startError };
}

/** The child, or the code of what kept it from starting. Most such failures come later, as its 'error' event. */
function start(
  spawning: typeof spawn,
  program: string,
  words: readonly string[],
  env: Readonly<Record<string, string>>,
): ChildProcess | string {
  if (program === '') return 'ENOENT';
  try {
    return spawning(program, words, { cwd: '/', env, detached: true, stdio: ['ignore', 'pipe', 'pipe'], shell: false });
  } catch (error) {
    return codeOf(error);
  }
}

function endOf(child: ChildProcess): Promise<End> {
  return new Promise((resolve) => {
    child.once('error', (error) => {
      if (child.pid === undefined) resolve({ exitCode: null, signal: null, startError: codeOf(error) });
    });
    child.once('exit', (exitCode, signal) => resolve({ exitCode, signal }));
  });
}

/** Waits for the end; at the deadline or an abort, ends the whole group. True when it was the deadline. */
async function endGroupWhenDue(
  child: ChildProcess,
  ended: Promise<End>,
  { clock, timeoutMs, signal }: { readonly clock: Clock; readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<boolean> {
  const inTime = new AbortController();
  const release = (): void => inTime.abort();
  signal.addEventListener('abort', release, { once: true });
  void ended.then(release);
  let over = false;
  let timedOut = false;
  void ended.then(() => (over = true));
  await clock.sleep(timeoutMs, inTime.signal).then(
    () => (timedOut = true),
    () => {},
  );
  signal.removeEventListener('abort', release);
  if (over || child.pid === undefined) return false;
  killGroup(child.pid, 'SIGTERM');
  const enough = new AbortController();
  void ended.then(() => enough.abort());
  await clock.sleep(GRACE_MS, enough.signal).catch(() => {});
  // Also after the leader went quietly: members of its group may have ignored SIGTERM.
  killGroup(child.pid, 'SIGKILL');
  await ended;
  return timedOut;
}

function killGroup(pid: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // ESRCH: it ended by itself.
  }
}

async function closed(child: ChildProcess, clock: Clock): Promise<void> {
  const streams = [child.stdout, child.stderr].filter((stream) => stream !== null && !stream.closed);
  if (streams.length === 0) return;
  const done = new AbortController();
  let open = streams.length;
  for (const stream of streams) {
    stream?.once('close', () => {
      open -= 1;
      if (open === 0) done.abort();
    });
  }
  await clock.sleep(PIPE_GRACE_MS, done.signal).catch(() => {});
  for (const stream of streams) stream?.destroy();
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'UNKNOWN';
}
