/** Real shells at a terminal of their own: keys are typed, and what comes of them is read. */
import { spawn, spawnSync } from 'node:child_process';

/** What is lacking to have this shell; installs what it may. */
export function lacksShell(shell: 'bash' | 'zsh' | 'fish'): string | false {
  const there = (): boolean =>
    spawnSync(shell, ['--version']).status === 0 && spawnSync('script', ['--version']).status === 0;
  if (!there() && process.getuid?.() === 0)
    spawnSync('apt-get', ['install', '-y', '--no-install-recommends', shell, 'bsdutils'], { stdio: 'ignore' });
  return there() ? false : `needs the package ${shell}`;
}

/** Types one text after the other, each when what is said so far matches its condition; answers all that was said. */
export async function atTerminal(
  command: string,
  keys: readonly { readonly when: RegExp; readonly type: string }[],
  until: RegExp,
  env: Readonly<Record<string, string>>,
): Promise<string> {
  // script(1) gives the shell a terminal.
  const shell = spawn('script', ['-qfec', command, '/dev/null'], {
    env: { ...env, TERM: 'xterm', COLUMNS: '200', LINES: '50' },
  });
  let said = '';
  let from = 0;
  const queue = [...keys];
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const late = setTimeout(() => reject(new Error(`it waits for ${queue[0]?.when ?? until} after:\n${said}`)), 60_000);
  shell.stdout.on('data', (chunk: Buffer) => {
    // oxlint-disable-next-line no-control-regex -- colours and movements of the cursor are nothing that was said
    said = (said + chunk.toString()).replaceAll(/\u001B(?:\[[0-9;?]*[A-Za-z]|[=>])/gu, '');
    const next = queue[0];
    if (next !== undefined && next.when.test(said.slice(from))) {
      from = said.length;
      queue.shift();
      shell.stdin.write(next.type);
    } else if (next === undefined && until.test(said.slice(from))) resolve(said);
  });
  shell.on('close', () => resolve(said));
  try {
    return await promise;
  } finally {
    clearTimeout(late);
    shell.kill('SIGKILL');
  }
}
