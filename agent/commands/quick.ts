/**
 * Commands that start too often, or live too long, to pay for the command-line library (12 MB, 15 ms): their plain
 * forms are read here. Anything else about them (help, options that are not known) goes the ordinary way.
 */
import type { GlobalOptions } from './invocation.ts';

export interface Quick {
  readonly name: 'agent' | 'version';
  readonly globals: GlobalOptions;
}

export function quickCommand(argv: readonly string[]): Quick | null {
  const globals: { root: string; config?: string } = { root: '/' };
  const words = [...argv];
  let name: Quick['name'] | undefined;
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    const value = word === '--root' || word === '--config' ? words.shift() : undefined;
    if (value !== undefined && value !== '') globals[word === '--root' ? 'root' : 'config'] = value;
    else if (name === undefined && (word === 'agent' || word === 'version')) name = word;
    else return null;
  }
  return name === undefined ? null : { name, globals };
}
