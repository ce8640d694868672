/** argv → command → exit code. The only file that knows signals and exit codes. */
import { asKeelsonError } from './base/errors.ts';
import { cliError } from './commands/errors.ts';
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

// Who runs out of things to wait for without an answer has not done what was asked.
process.once('beforeExit', () => {
  process.exitCode ??= 1;
});

let listening = false;

/** Made by Node when it is asked for; a reader that has seen enough (`keelson events | head`) is no failure. */
function standardOutput(): NodeJS.WriteStream {
  if (!listening) {
    listening = true;
    process.stdout.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit(0);
      const { code, message, remedy } = cliError('KSN-CLI-011', `the output cannot be written: ${error.message}`);
      process.stderr.write(`${code} ${message}\n   Fix: ${remedy}\n`);
      process.exit(1);
    });
  }
  return process.stdout;
}

void runProgram(process.argv.slice(2), {
  get stdin() {
    return process.stdin;
  },
  get stdout() {
    return standardOutput();
  },
  get stderr() {
    return process.stderr;
  },
  signal: stop.signal,
  onReload(listener) {
    process.on('SIGHUP', listener);
    return { [Symbol.dispose]: () => process.off('SIGHUP', listener) };
  },
}).then((code) => {
  process.exitCode = code;
});
