/** `keelson keygen NAME`: a key pair to sign with, and the file that makes nodes trust it. Runs on a person's machine. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { saveKeyPair } from '../verify/key-files.ts';
import { ALGORITHMS, generateKeys } from '../verify/keys.ts';
import { cliError } from './errors.ts';
import type { ExitCode, Invocation } from './invocation.ts';

export interface KeygenOptions {
  readonly algorithm: string;
  readonly series: readonly string[];
  readonly out: string;
}

export async function keygen({ terminal }: Invocation, name: string, options: KeygenOptions): Promise<ExitCode> {
  if (!/^[A-Za-z0-9][A-Za-z0-9@._-]{0,63}$/u.test(name)) {
    throw cliError('KSN-CLI-001', `'${name}' is no name for a key: letters, digits, '@', '.', '_' and '-'`);
  }
  const algorithm = ALGORITHMS.find((known) => known === options.algorithm);
  if (algorithm === undefined) throw cliError('KSN-CLI-001', `--algorithm is one of ${ALGORITHMS.join(', ')}`);
  const pair = generateKeys(algorithm);
  const trustFile = join(options.out, `${name}.yaml`);
  try {
    await mkdir(options.out, { recursive: true });
    const { privateFile } = await saveKeyPair(join(options.out, name), pair);
    await writeFile(trustFile, trustText(name, pair.publicPem, options.series), { flag: 'wx', mode: 0o644 });
    terminal.print([
      `${privateFile}  signs; keep it off the nodes`,
      `${trustFile}  goes to /etc/keelson/trust.d of the nodes, or into their image`,
      `key id ${pair.keyid}`,
    ]);
  } catch (error) {
    throw cliError('KSN-CLI-002', `cannot write the key: ${(error as Error).message}`, { cause: error });
  }
  return 0;
}

function trustText(name: string, publicPem: string, series: readonly string[]): string {
  const indented = publicPem.trim().replaceAll('\n', '\n  ');
  return `name: ${JSON.stringify(name)}\npublicKey: |\n  ${indented}\nseries: ${JSON.stringify(series)}\n`;
}
