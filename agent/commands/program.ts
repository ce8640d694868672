/** argv → command → exit code. */
import { answered, type ProcessHost } from './answered.ts';
import type { ExitCode } from './invocation.ts';
import { quickCommand } from './quick.ts';

/** Never rejects. */
export async function runProgram(argv: readonly string[], host: ProcessHost): Promise<ExitCode> {
  const quick = quickCommand(argv);
  if (quick === null) return (await import('./every-command.ts')).everyCommand(argv, host);
  return answered(host, (invocationOf) => quick.run(invocationOf(quick.globals)));
}
