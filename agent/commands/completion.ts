/** `keelson completion SHELL`: what a shell is told once, to complete the commands of this program. */
import { SCRIPTS, type Shell } from './completion/scripts.ts';
import type { ExitCode, Invocation } from './invocation.ts';

export async function completion({ terminal }: Invocation, shell: Shell): Promise<ExitCode> {
  terminal.print(SCRIPTS[shell].trimEnd());
  return 0;
}
