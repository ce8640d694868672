/** `keelson plan [FILE]`: what would be done now, or with this document. Exit 2 when something would. */
import { basisText } from './basis.ts';
import { connectAgent } from './connect.ts';
import { asRequest, readDocument } from './documents.ts';
import type { ExitCode, Invocation } from './invocation.ts';
import { dataText, type Output } from './text/data.ts';
import { isPending, planText } from './text/plan-text.ts';
import { widthOf } from './text/columns.ts';

export interface PlanOptions {
  readonly output: Output;
  /** Also says what `apply --basis` takes. */
  readonly basis: boolean;
}

export async function plan(invocation: Invocation, file: string | undefined, options: PlanOptions): Promise<ExitCode> {
  const { terminal } = invocation;
  const request = file === undefined ? undefined : asRequest(await readDocument(file, invocation));
  const preview = await (await connectAgent(invocation)).plan(request);
  if (options.output === 'table')
    terminal.print(planText(preview, { palette: terminal.palette, ...widthOf(terminal) }));
  else terminal.print(await dataText(preview, options.output));
  if (options.basis && options.output === 'table') terminal.print(`Basis: ${basisText(preview.basis)}`);
  return isPending(preview) ? 2 : 0;
}
