/** `keelson release [ID|ADDRESS…|--all]`: ends holds before their time. */
import { connectAgent } from './connect.ts';
import { cliError } from './errors.ts';
import type { ExitCode, Invocation } from './invocation.ts';
import { whoAsks } from './who.ts';
import { counted } from '../base/words.ts';

export interface ReleaseOptions {
  readonly all: boolean;
}

export async function release(
  invocation: Invocation,
  names: readonly string[],
  options: ReleaseOptions,
): Promise<ExitCode> {
  if (options.all === names.length > 0) throw cliError('KSN-CLI-001', 'name what to release, or --all');
  const agent = await connectAgent(invocation);
  const { overrides } = await agent.status();
  const ids = new Set<string>();
  if (options.all) for (const { id } of overrides) ids.add(id);
  for (const name of names) {
    const found = overrides.filter(({ id, address }) => id === name || address === name);
    if (found.length === 0) throw cliError('KSN-CLI-007', `${name} is not held`, { element: name });
    for (const { id } of found) ids.add(id);
  }
  if (ids.size > 0) await agent.release({ ids: [...ids], ...whoAsks(invocation) });
  invocation.terminal.print(
    `Released ${counted(ids.size, 'hold')}. What differs is shown by keelson plan, then repaired.`,
  );
  return 0;
}
