/** argv → command → exit code. In the bundle each way is a file of its own, and only the one that is gone is read. */
import type { ProcessHost } from './answered.ts';
import type { ExitCode } from './invocation.ts';
import { quickCommand } from './quick.ts';

/** Never rejects. */
export async function runProgram(argv: readonly string[], host: ProcessHost): Promise<ExitCode> {
  const quick = quickCommand(argv);
  if (quick === null) return (await import('./every-command.ts')).everyCommand(argv, host);
  return (await import('./run-quick.ts')).runQuick(quick, host);
}
