/** `keelson explain CODE|KIND[.field]|config[.setting]`: works offline, out of the catalogues and schemas of this very program. */
import type { ErrorCode } from '../base/errors.ts';
import { nearest } from '../base/words.ts';
import { allExplanations } from './catalogues.ts';
import { cliError } from './errors.ts';
import type { ExitCode, Invocation } from './invocation.ts';
import { widthOf, wrappedColumns } from './text/columns.ts';
import { explanationText } from './text/explain-text.ts';

export async function explain({ terminal }: Invocation, name: string | undefined): Promise<ExitCode> {
  if (name === undefined) terminal.print(await contents(terminal.width));
  else if (/^KSN-/iu.test(name)) terminal.print(ofCode(name.toUpperCase()));
  else if (/^config(?:[.]|$)/u.test(name))
    terminal.print((await import('./text/settings-text.ts')).settingText(name, terminal.width));
  else {
    const fields = await (await import('./explained-fields.ts')).explainedFields();
    terminal.print(fields.laterText(name) ?? fields.text(name, terminal.width));
  }
  return 0;
}

function ofCode(code: string): string[] {
  const all = allExplanations();
  const explanation = all.get(code as ErrorCode);
  if (explanation !== undefined) return explanationText(code as ErrorCode, explanation);
  const meant = nearest(code, all.keys());
  throw cliError('KSN-CLI-004', `no code ${code}`, {
    element: code,
    ...(meant !== undefined && { remedy: `Did you mean ${meant}? keelson explain lists every code.` }),
  });
}

async function contents(width: number | undefined): Promise<string[]> {
  const { explainedFields } = await import('./explained-fields.ts');
  const options = { indent: '   ', ...widthOf({ width }) };
  const codes = [...allExplanations()].map(([code, { meaning }]) => [code, meaning]);
  return [
    'fields of a NodeSpec (keelson explain FIELD)',
    ...wrappedColumns((await explainedFields()).summary(), options),
    'settings of the agent (keelson explain config, keelson explain config.SETTING)',
    'codes (keelson explain CODE)',
    ...wrappedColumns(codes, options),
  ];
}
