/** The properties of a unit that runs one command and keeps what it says in a file. */
import type { TransientCommand } from '../../resources/unit-manager.ts';
import { Variant } from './libraries.ts';

/** For StartTransientUnit, `a(sv)`. A oneshot: its start job ends when the command has. */
export function transientProperties(command: TransientCommand, outputPath: string): readonly unknown[] {
  const { argv, timeoutMs, environment = {} } = command;
  const pairs = Object.entries({ LANG: 'C.UTF-8', ...environment }).map(([key, value]) => `${key}=${value}`);
  const properties: readonly [string, Variant][] = [
    ['Description', new Variant('s', 'Keelson: a command of its own')],
    ['Type', new Variant('s', 'oneshot')],
    ['ExecStart', new Variant('a(sasb)', [[argv[0], [...argv], false]])],
    ['Environment', new Variant('as', pairs)],
    ['TimeoutStartUSec', new Variant('t', BigInt(timeoutMs) * 1000n)],
    // How it ended can be read until the unit is stopped.
    ['RemainAfterExit', new Variant('b', true)],
    ['UMask', new Variant('u', 0o077)],
    ['StandardInput', new Variant('s', 'null')],
    ['StandardOutputFileToTruncate', new Variant('s', outputPath)],
    ['StandardError', new Variant('s', 'inherit')],
  ];
  return properties;
}
