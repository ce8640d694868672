/** `keelson doctor`: what this host lacks, each with the next step. Exit 1 when the agent cannot work without it. */
import { examine } from './examine.ts';
import type { Examined, Machine } from './examined.ts';
import type { ExitCode, Invocation } from './invocation.ts';
import { columns, widthOf } from './text/columns.ts';
import { dataText, type Output } from './text/data.ts';
import { oneLine } from '../base/one-line.ts';
import type { Palette } from './text/palette.ts';

export interface DoctorOptions {
  readonly output: Output;
}

const words: Readonly<Record<Examined['is'], string>> = { ok: 'ok', limited: 'limited', lacking: 'LACKING' };

/** `machine`: in place of this one, in tests. */
export async function doctor(
  invocation: Invocation,
  subject: string | undefined,
  options: DoctorOptions,
  machine?: Machine,
): Promise<ExitCode> {
  const { terminal } = invocation;
  const found = await examine(invocation, subject, machine);
  const lacking = found.some(({ is }) => is === 'lacking');
  if (options.output !== 'table') {
    terminal.print(await dataText(found, options.output));
    return lacking ? 1 : 0;
  }
  const rows = found.map(({ is, what, detail }) => [words[is], what, oneLine(detail)]);
  for (const [at, line] of columns(rows, widthOf(terminal)).entries()) {
    const one = found[at];
    if (one === undefined) continue;
    terminal.print(paint(one, line, terminal.palette));
    if (one.next !== undefined) terminal.print(`         Next: ${oneLine(one.next)}`);
  }
  terminal.print(lacking ? 'The agent cannot work here as it should.' : 'The agent can work here.');
  return lacking ? 1 : 0;
}

function paint({ is }: Examined, line: string, palette: Palette): string {
  if (is === 'ok') return line;
  return is === 'limited' ? palette.pending(line) : palette.bad(line);
}
