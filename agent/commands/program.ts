/** argv → command → exit code, and what a failure looks like. */
import type { Command } from 'commander';
import { systemClock } from '../base/system-clock.ts';
import { asKeelsonError, type KeelsonError } from '../base/errors.ts';
import { readEnvironment } from '../config/environment.ts';
import { FsError } from '../../hostfs/errors.ts';
import type { ExitCode, GlobalOptions, Invocation } from './invocation.ts';
import { quickCommand } from './quick.ts';
import { terminalOf, type Streams, type Terminal } from './terminal.ts';

/** What only the process itself can give. */
export interface ProcessHost extends Streams {
  readonly signal: AbortSignal;
  onReload(listener: () => void): Disposable;
}

export async function runProgram(argv: readonly string[], host: ProcessHost): Promise<ExitCode> {
  const environment = readEnvironment();
  const terminal = terminalOf(host, environment.color);
  const invocationOf = (global: GlobalOptions): Invocation => ({
    terminal,
    clock: systemClock,
    signal: host.signal,
    onReload: (listener) => host.onReload(listener),
    global,
    environment,
  });
  try {
    const quick = quickCommand(argv);
    if (quick !== null) return await quick.run(invocationOf(quick.globals));
    return await throughCommander(argv, terminal, invocationOf);
  } catch (error) {
    // Whoever pressed Ctrl-C knows why it ended.
    if (host.signal.aborted && error === host.signal.reason) return 1;
    await printFailure(terminal, error);
    return 1;
  }
}

async function throughCommander(
  argv: readonly string[],
  terminal: Terminal,
  invocationOf: (global: GlobalOptions) => Invocation,
): Promise<ExitCode> {
  const [{ CommanderError }, { declareProgram }, { cliError }] = await Promise.all([
    import('commander'),
    import('./declarations.ts'),
    import('./errors.ts'),
  ]);
  let code: ExitCode = 0;
  const program = declareProgram(async (globals, run) => {
    code = await run(invocationOf(globals));
  });
  quiet(program, terminal);
  try {
    await program.parseAsync(argv, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Asked for it is an answer; shown instead of an answer it is a failure.
    if (error.code.startsWith('commander.help')) return error.exitCode === 0 ? 0 : 1;
    throw cliError('KSN-CLI-001', error.message.replace(/^error: /u, '').replaceAll(/\s*\n\s*/gu, ' '));
  }
  return code;
}

/** Commander throws instead of ending the process, and leaves failures to the one place that prints them. */
function quiet(command: Command, terminal: Terminal): void {
  command.exitOverride();
  command.configureOutput({
    writeOut: (text) => terminal.print(text.trimEnd()),
    writeErr: (text) => terminal.warn(text.trimEnd()),
    outputError: () => {},
  });
  for (const inner of command.commands) quiet(inner, terminal);
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
