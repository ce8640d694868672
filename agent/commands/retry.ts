/** `keelson retry N --reason T`: a blocked generation is tried again because a person says so. */
import { connectAgent } from './connect.ts';
import { cliError } from './errors.ts';
import type { ExitCode, Invocation } from './invocation.ts';
import { whoAsks } from './who.ts';

export interface RetryOptions {
  readonly reason: string;
}

export async function retry(invocation: Invocation, generation: string, options: RetryOptions): Promise<ExitCode> {
  const number = /^\d{1,15}$/u.test(generation) ? Number(generation) : null;
  if (number === null) throw cliError('KSN-CLI-001', `a generation is a number, not '${generation}'`);
  await (await connectAgent(invocation)).retry({ generation: number, reason: options.reason, ...whoAsks(invocation) });
  invocation.terminal.print(`Generation ${number} is tried again. keelson status --watch shows how it goes.`);
  return 0;
}
