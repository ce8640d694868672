/** `keelson config show`: every effective value and where it comes from. */
import { kinds } from '../resources/registry.ts';
import type { ExitCode, Invocation } from './invocation.ts';
import { openRootFolder } from './open-root.ts';
import { readConfig } from './settings.ts';
import { columns, widthOf } from './text/columns.ts';
import { dataText, type Output } from './text/data.ts';
import { oneLine } from '../base/one-line.ts';

export interface ConfigShowOptions {
  readonly output: Output;
}

export async function configShow({ terminal, global }: Invocation, options: ConfigShowOptions): Promise<ExitCode> {
  const { fs } = await openRootFolder(global.root);
  await using _ = fs;
  const names = kinds.map(({ name }) => name);
  const values = await (await readConfig(fs, global, names)).effective();
  if (options.output !== 'table') {
    terminal.print(await dataText(values, options.output));
    return 0;
  }
  const rows = values.map(({ key, value, origin }) => [key, oneLine(JSON.stringify(value) ?? '-'), oneLine(origin)]);
  terminal.print(columns([['SETTING', 'VALUE', 'FROM'], ...rows], widthOf(terminal)));
  return 0;
}
