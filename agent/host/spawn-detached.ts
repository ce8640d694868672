/** Programs that outlive the agent: in a session of their own, with nothing of ours open. */
import { once } from 'node:events';
import { DEFAULT_PATH } from './run-command.ts';

/** Ends the program and what it started, unless it has ended. */
export type StopDetached = () => void;

/** Resolves once it runs. Rejects with an error that has a `code` where it cannot be started. */
export type SpawnDetached = (argv: readonly string[]) => Promise<StopDetached>;

export const spawnDetached: SpawnDetached = async ([program = '', ...words]) => {
  // Loaded by the first program: an idle agent does without.
  const { spawn } = await import('node:child_process');
  const env = { PATH: DEFAULT_PATH, LANG: 'C.UTF-8' };
  // `detached` is setsid(2): no signal to our group or terminal reaches it.
  const child = spawn(program, words, { cwd: '/', env, detached: true, stdio: 'ignore', shell: false });
  await once(child, 'spawn');
  child.on('error', () => {});
  child.unref();
  return () => {
    // Until node has seen its end, nobody else can have its number.
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    try {
      process.kill(-child.pid, 'SIGTERM');
    } catch {
      // ESRCH: it ended by itself.
    }
  };
};
