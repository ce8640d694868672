/** Another tool's whole process, from its start to its end. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** Milliseconds. @throws unless it ends with one of `fine`. */
export async function timeProgram(
  argv: readonly [string, ...string[]],
  environment: Readonly<Record<string, string>>,
  fine: readonly number[] = [0],
): Promise<number> {
  const [program, ...args] = argv;
  const begun = performance.now();
  const child = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], ...environment },
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text) => (said = `${said}${text}`.slice(-2_000)));
  const closed = once(child, 'close');
  await once(child, 'exit');
  const took = performance.now() - begun;
  await closed;
  if (child.exitCode === null || !fine.includes(child.exitCode))
    throw new Error(`${program} ended with ${child.exitCode ?? child.signalCode}: ${said}`);
  return took;
}
