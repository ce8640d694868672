/** The question before something that is not easily taken back. */
import { cliError } from './errors.ts';
import type { Invocation } from './invocation.ts';

/** True to go on. Without a terminal only --yes answers. */
export async function confirm({ terminal, signal }: Invocation, question: string, yes: boolean): Promise<boolean> {
  if (yes) return true;
  if (!terminal.interactive) throw cliError('KSN-CLI-003', 'this needs an answer, and nobody is there to give it');
  const answer = await terminal.ask(`${question} [y/N] `, signal).catch((error: unknown) => {
    if (!signal.aborted) throw error;
    // Ctrl-C is an answer, and stands on the line of the question.
    terminal.print('');
    return 'no';
  });
  if (/^y(es)?$/iu.test(answer)) return true;
  terminal.print('Nothing was changed.');
  return false;
}
