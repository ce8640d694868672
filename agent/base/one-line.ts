/** What others wrote (specs, file names, output of programs), made fit for one line of a terminal. */
import { printableText } from './printable-text.ts';

/** An escape sequence in a file name must not act on the reader's terminal, and a line feed must not make a line. */
export function oneLine(text: string): string {
  return printableText(text)
    .replaceAll(/\s*\n\s*|\t/gu, ' ')
    .trim();
}
