/** `keelson diff [FILE]`: the same as `plan`, with the lines that differ. Exit 2 when something does. */
import { connectAgent } from './connect.ts';
import { asRequest, readDocument } from './documents.ts';
import type { ExitCode, Invocation } from './invocation.ts';
import { dataText, type Output } from './text/data.ts';
import { diffText } from './text/diff-text.ts';
import { isPending } from './text/plan-text.ts';

export interface DiffOptions {
  readonly output: Output;
}

export async function diff(invocation: Invocation, file: string | undefined, options: DiffOptions): Promise<ExitCode> {
  const { terminal } = invocation;
  const request = file === undefined ? undefined : asRequest(await readDocument(file, invocation));
  const answer = await (await connectAgent(invocation)).diff(request);
  if (options.output === 'table') terminal.print(diffText(answer, terminal.palette));
  else terminal.print(await dataText(answer, options.output));
  return isPending(answer.preview) ? 2 : 0;
}
