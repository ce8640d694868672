/** `keelson rollback --reason T`: back to this node's previous last known good generation. */
import { connectAgent } from './connect.ts';
import { confirm } from './confirm.ts';
import type { ExitCode, Invocation } from './invocation.ts';
import { whoAsks } from './who.ts';

export interface RollbackOptions {
  readonly reason: string;
  readonly yes: boolean;
}

export async function rollback(invocation: Invocation, options: RollbackOptions): Promise<ExitCode> {
  if (!(await confirm(invocation, 'Roll back to the previous last known good generation?', options.yes))) return 1;
  await (await connectAgent(invocation)).rollback({ reason: options.reason, ...whoAsks(invocation) });
  invocation.terminal.print('Rolling back. keelson status --watch shows how it goes.');
  return 0;
}
