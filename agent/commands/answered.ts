/** One command on the streams of the process, and what a failure looks like. */
import { systemClock } from '../base/system-clock.ts';
import { asKeelsonError, type KeelsonError } from '../base/errors.ts';
import { readEnvironment } from '../config/environment.ts';
import { FsError } from '../../hostfs/errors.ts';
import type { ExitCode, GlobalOptions, Invocation } from './invocation.ts';
import { terminalOf, type Streams, type Terminal } from './terminal.ts';

/** What only the process itself can give. */
export interface ProcessHost extends Streams {
  readonly signal: AbortSignal;
  onReload(listener: () => void): Disposable;
}

/** Made with the options that stand before the command. */
export type InvocationOf = (global: GlobalOptions) => Invocation;

/** Never rejects: a failure is printed, and the exit code says so. */
export async function answered(
  host: ProcessHost,
  run: (invocationOf: InvocationOf, terminal: Terminal) => Promise<ExitCode>,
): Promise<ExitCode> {
  const environment = readEnvironment();
  const terminal = terminalOf(host, environment.color);
  const invocationOf: InvocationOf = (global) => ({
    terminal,
    clock: systemClock,
    signal: host.signal,
    onReload: (listener) => host.onReload(listener),
    global,
    environment,
  });
  try {
    return await run(invocationOf, terminal);
  } catch (error) {
    // Whoever pressed Ctrl-C knows why it ended.
    if (host.signal.aborted && error === host.signal.reason) return 1;
    await printFailure(terminal, error);
    return 1;
  }
}

async function printFailure(terminal: Terminal, thrown: unknown): Promise<void> {
  const { failureText, findingsSum, findingsText } = await import('./text/findings-text.ts');
  for (const one of apart(thrown)) {
    const error = one instanceof FsError ? await ofFileSystem(one) : asKeelsonError(one);
    const findings = 'findings' in error && Array.isArray(error.findings) ? error.findings : [];
    if (findings.length > 0) terminal.warn([...findingsText(findings, terminal.palette), findingsSum(findings)]);
    else terminal.warn(failureText(error.toReason(), terminal.palette));
    if (error.fault === 'bug') terminal.warn((error.cause instanceof Error ? error.cause.stack : error.stack) ?? '');
  }
}

/** What the file system refuses is no bug of ours. */
async function ofFileSystem(error: FsError): Promise<KeelsonError> {
  const { cliError } = await import('./errors.ts');
  return cliError('KSN-CLI-008', error.message, { cause: error, element: error.path });
}

/** What failed first, then what failed while everything was closed. */
function apart(thrown: unknown): readonly unknown[] {
  return thrown instanceof SuppressedError ? [...apart(thrown.suppressed), ...apart(thrown.error)] : [thrown];
}
