/** `keelson leave --keep|--restore`: ends management of this node. */
import { confirm } from './confirm.ts';
import { connectAgent } from './connect.ts';
import { cliError } from './errors.ts';
import type { ExitCode, Invocation } from './invocation.ts';
import { whoAsks } from './who.ts';

export interface LeaveOptions {
  readonly keep: boolean;
  readonly restore: boolean;
  readonly reason?: string;
  readonly yes: boolean;
}

export async function leave(invocation: Invocation, options: LeaveOptions): Promise<ExitCode> {
  if (options.keep === options.restore) throw cliError('KSN-CLI-001', 'say --keep or --restore');
  const question = options.keep
    ? 'Stop managing this node and keep everything as it is?'
    : 'Stop managing this node, remove what was made and restore what was taken over?';
  if (!(await confirm(invocation, question, options.yes))) return 1;
  await (
    await connectAgent(invocation)
  ).leave({
    how: options.keep ? 'keep' : 'restore',
    ...(options.reason !== undefined && { reason: options.reason }),
    ...whoAsks(invocation),
  });
  invocation.terminal.print('The node is left; nothing is managed until a newer generation is accepted.');
  return 0;
}
