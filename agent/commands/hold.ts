/** `keelson hold [ADDRESS…|--all] --for 1h --reason T`: stops changes, never observation, for a while. */
import type { Address } from '../resources/kind.ts';
import { connectAgent } from './connect.ts';
import { durationOf } from './durations.ts';
import { cliError } from './errors.ts';
import type { ExitCode, Invocation } from './invocation.ts';
import { whoAsks } from './who.ts';
import { formatDuration } from '../base/units.ts';

export interface HoldOptions {
  readonly all: boolean;
  readonly for: string;
  readonly reason: string;
}

export async function hold(
  invocation: Invocation,
  addresses: readonly string[],
  options: HoldOptions,
): Promise<ExitCode> {
  const { all, reason } = options;
  if (all === addresses.length > 0) throw cliError('KSN-CLI-001', 'name what to hold, or --all');
  const forMs = durationOf(options.for, '--for');
  const { ids } = await (
    await connectAgent(invocation)
  ).hold({
    addresses: addresses as readonly Address[],
    all,
    forMs,
    reason,
    ...whoAsks(invocation),
  });
  const what = all ? ['everything'] : addresses;
  const { terminal } = invocation;
  for (const [at, id] of ids.entries()) terminal.print(`held  ${what[at]}  for ${formatDuration(forMs)}  (${id})`);
  const but = all ? ', but for what is due' : '';
  terminal.print(
    `Until then it is left as it is, whatever differs${but}. keelson release ${ids.join(' ')} ends it early.`,
  );
  return 0;
}
