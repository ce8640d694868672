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
  const agent = await connectAgent(invocation);
  await agent.leave({
    how: options.keep ? 'keep' : 'restore',
    ...(options.reason !== undefined && { reason: options.reason }),
    ...whoAsks(invocation),
  });
  // What is to go back goes back one after the other; who stops the agent now would leave the rest.
  for await (const { verdict } of agent.watchStatus(invocation.signal)) if (verdict === 'Left') return left(invocation);
  throw cliError('KSN-CLI-006', 'the agent went away before everything was given back');
}

function left(invocation: Invocation): ExitCode {
  invocation.terminal.print('The node is left; nothing is managed until a newer generation is accepted.');
  return 0;
}
