/** `keelson version`: of this program, and with --all of the agent that runs and the kinds. */
import { KeelsonError } from '../base/errors.ts';
import type { ExitCode, Invocation } from './invocation.ts';
import { PROGRAM_VERSION } from './program-version.ts';
import { dataText, type Output } from './text/data.ts';

export interface VersionOptions {
  readonly all: boolean;
  readonly output: Output;
}

export async function version(invocation: Invocation, options: VersionOptions): Promise<ExitCode> {
  const { terminal } = invocation;
  const data = {
    keelson: PROGRAM_VERSION,
    node: process.versions.node,
    ...(options.all && { agent: await agentVersion(invocation), kinds: await kindNames() }),
  };
  if (options.output !== 'table') terminal.print(await dataText(data, options.output));
  else terminal.print(Object.entries(data).map(([name, value]) => `${name} ${[value].flat().join(', ')}`));
  return 0;
}

/** Of the agent that runs on the root; its absence is an answer too. */
async function agentVersion(invocation: Invocation): Promise<string> {
  const { connectReading } = await import('./connect.ts');
  try {
    return (await (await connectReading(invocation)).status()).agentVersion;
  } catch (error) {
    if (error instanceof KeelsonError) return `not reached (${error.code})`;
    throw error;
  }
}

async function kindNames(): Promise<readonly string[]> {
  const { kinds } = await import('../resources/registry.ts');
  return kinds.map(({ name }) => name);
}
