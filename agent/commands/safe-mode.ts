/** `keelson safe-mode on|off`: in safe mode the agent looks and reports, and changes nothing. */
import { connectAgent } from './connect.ts';
import { cliError } from './errors.ts';
import type { ExitCode, Invocation } from './invocation.ts';
import { whoAsks } from './who.ts';

export interface SafeModeOptions {
  readonly reason?: string;
}

export async function safeMode(invocation: Invocation, state: string, options: SafeModeOptions): Promise<ExitCode> {
  if (state !== 'on' && state !== 'off') throw cliError('KSN-CLI-001', `safe-mode takes on or off, not '${state}'`);
  const on = state === 'on';
  await (
    await connectAgent(invocation)
  ).safeMode({
    on,
    ...(options.reason !== undefined && { reason: options.reason }),
    ...whoAsks(invocation),
  });
  invocation.terminal.print(on ? 'Safe mode: nothing is changed until keelson safe-mode off.' : 'Safe mode ended.');
  return 0;
}
