/**
 * Commands that start too often, or live too long, to pay for the command-line library (12 MB, 15 ms): their plain
 * forms are read here. Anything else about them (help, options that are not known) goes the ordinary way.
 */
import type { ExitCode, GlobalOptions, Invocation } from './invocation.ts';

export interface Quick {
  readonly globals: GlobalOptions;
  run(invocation: Invocation): Promise<ExitCode>;
}

export function quickCommand(argv: readonly string[]): Quick | null {
  const globals: { root: string; config?: string } = { root: '/' };
  const words = [...argv];
  let name: string | undefined;
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    const value = word === '--root' || word === '--config' ? words.shift() : undefined;
    if (value !== undefined && value !== '') globals[word === '--root' ? 'root' : 'config'] = value;
    else if (name === undefined && (word === 'agent' || word === 'version')) name = word;
    else return null;
  }
  if (name === 'agent') return { globals, run: async (i) => (await import('./agent.ts')).agent(i) };
  if (name === 'version')
    return { globals, run: async (i) => (await import('./version.ts')).version(i, { all: false, output: 'table' }) };
  return null;
}
