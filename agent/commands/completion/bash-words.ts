/** bash hands over its line as it is typed: here it becomes words, and words become text that bash reads as itself. */

export interface BashLine {
  /** Without quotes; the last one is being written. */
  readonly words: readonly string[];
  /** The quote that the last word stands in still, or none. */
  readonly quote: '' | "'" | '"';
}

/** Quotes and backslashes as a shell reads them; nothing is expanded. Only what is after the last `;`, `|` or `&`. */
export function bashLine(line: string): BashLine {
  let words: string[] = [];
  let word: string | null = null;
  let quote: BashLine['quote'] = '';
  for (let at = 0; at < line.length; at += 1) {
    const character = line[at] ?? '';
    if (quote === "'") {
      if (character === quote) quote = '';
      else word = (word ?? '') + character;
    } else if (character === '\\') {
      at += 1;
      const next = line[at] ?? '';
      word = (word ?? '') + (quote === '"' && !/["\\$`]/u.test(next) ? character + next : next);
    } else if (quote === '"') {
      if (character === quote) quote = '';
      else word = (word ?? '') + character;
    } else if (character === "'" || character === '"') {
      quote = character;
      word ??= '';
    } else if (/[ \t\n]/u.test(character)) {
      if (word !== null) words.push(word);
      word = null;
    } else if (/[;|&]/u.test(character)) {
      words = [];
      word = null;
    } else word = (word ?? '') + character;
  }
  return { words: [...words, word ?? ''], quote };
}

/**
 * What bash is to put in place of what it calls the current word: it cuts words at `:` and `=` too, and keeps what
 * stands before the last of these as it is.
 */
export function bashReplacement(value: string, typed: string, { quote }: BashLine): string {
  const breaks = Math.max(typed.lastIndexOf(':'), typed.lastIndexOf('='));
  // Within quotes bash breaks nowhere, and takes the word up to the quote as its own.
  if (quote !== '')
    return quote === '"' ? value.replaceAll(/["\\$`]/gu, String.raw`\$&`) : value.replaceAll("'", String.raw`'\''`);
  return value.slice(breaks + 1).replaceAll(/[^A-Za-z0-9_@%+=:,./-]/gu, String.raw`\$&`);
}
