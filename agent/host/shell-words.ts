/** Text for sh(1): what was one word here is one word there, whatever it holds. */
import { encodeName } from '../../hostfs/names.ts';
import { bug } from '../base/errors.ts';

/** Between single quotes nothing has a meaning but the quote itself. */
export function shellWord(text: string): string {
  if (text.includes('\0')) throw bug('a NUL byte cannot be in a word of a shell');
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** A command line of which sh(1) makes these words again. */
export function shellLine(words: readonly string[]): string {
  return words.map(shellWord).join(' ');
}

/** A script as bytes: names that are no UTF-8 keep the bytes that they have on disk. */
export function shellBytes(script: string): Uint8Array {
  return Buffer.from(encodeName(script));
}
