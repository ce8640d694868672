/** `keelson facts`: what this node is. Read here and not asked of the agent, so it tells the same while none runs. */
import { factsOfRoot } from '../host/node-facts/of-root.ts';
import type { ExitCode, Invocation } from './invocation.ts';
import { openRootFolder } from './open-root.ts';
import { widthOf } from './text/columns.ts';
import { dataText, type Output } from './text/data.ts';
import { factsText } from './text/facts-text.ts';

export interface FactsOptions {
  readonly output: Output;
}

export async function facts({ terminal, global, clock }: Invocation, { output }: FactsOptions): Promise<ExitCode> {
  const { fs, isWholeHost } = await openRootFolder(global.root, 'looking');
  await using _ = fs;
  // Some serial numbers may be read by everybody; they are for root all the same.
  const document = await factsOfRoot({ fs, clock, isWholeHost }).read(process.getuid?.() === 0);
  terminal.print(output === 'table' ? factsText(document, widthOf(terminal)) : await dataText(document, output));
  return 0;
}
