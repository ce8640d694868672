/** The quick commands, and with them the daemon: a file of its own in the bundle, the only one that an agent reads. */
import { answered, type ProcessHost } from './answered.ts';
import type { ExitCode } from './invocation.ts';
import type { Quick } from './quick.ts';

export function runQuick({ name, globals }: Quick, host: ProcessHost): Promise<ExitCode> {
  return answered(host, async (invocationOf) => {
    const invocation = invocationOf(globals);
    if (name === 'agent') return (await import('./agent.ts')).agent(invocation);
    return (await import('./version.ts')).version(invocation, { all: false, output: 'table' });
  });
}
