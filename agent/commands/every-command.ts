/**
 * Every command there is, through the command-line library. A file of its own in the bundle: a daemon never reads it,
 * and would hold its text for life. Nothing of ours that is thrown, or compared by its class, may cross over to another
 * file: the classes are in both.
 */
import type { Command } from 'commander';
import { answered, type InvocationOf, type ProcessHost } from './answered.ts';
import type { ExitCode } from './invocation.ts';
import type { Terminal } from './terminal.ts';

export function everyCommand(argv: readonly string[], host: ProcessHost): Promise<ExitCode> {
  return answered(host, async (invocationOf, terminal) => {
    const [name, shell, ...line] = argv;
    if (name !== 'complete') return throughCommander(argv, terminal, invocationOf);
    // Asked at every press of the key, with words that are no options of ours.
    return (await import('./complete.ts')).complete(invocationOf({ root: '/' }), shell, line);
  });
}

async function throughCommander(
  argv: readonly string[],
  terminal: Terminal,
  invocationOf: InvocationOf,
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
