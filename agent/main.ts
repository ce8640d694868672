/** argv → command → exit code. The only file that knows signals and exit codes. */
import { asKeelsonError } from './base/errors.ts';
import { runProgram } from './commands/program.ts';

const stop = new AbortController();

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    // Asked twice: whoever sits there does not want to wait for an orderly end. The journal bears it.
    if (stop.signal.aborted && signal === 'SIGINT') process.exit(130);
    stop.abort(new Error(`stopped by ${signal}`));
  });
}

// Our bug, out of everybody's hands: said as any failure is, with the stack as its evidence.
process.on('uncaughtException', (thrown: unknown) => {
  const { code, message, remedy } = asKeelsonError(thrown);
  process.stderr.write(`${code} ${message}\n   Fix: ${remedy}\n${thrown instanceof Error ? thrown.stack : ''}\n`);
  process.exit(1);
});

// A reader that has seen enough (`keelson events | head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

// Who runs out of things to wait for without an answer has not done what was asked.
process.once('beforeExit', () => {
  process.exitCode ??= 1;
});

void runProgram(process.argv.slice(2), {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  signal: stop.signal,
  onReload(listener) {
    process.on('SIGHUP', listener);
    return { [Symbol.dispose]: () => process.off('SIGHUP', listener) };
  },
}).then((code) => {
  process.exitCode = code;
});
