/** When two texts are one value to the kernel, which reads back in words of its own. */

/** Blanks of any kind separate; how many there are says nothing. */
export function plainValue(text: string): string {
  return text.trim().split(/\s+/).join(' ');
}

/**
 * Numbers are compared as numbers (0x10 is 16, as the kernel reads it). Where only the first of many are given, the
 * kernel leaves the rest: `kernel.printk: 4` holds with `4 4 1 7`.
 */
export function sameValue(one: string, other: string): boolean {
  const [a, b] = [plainValue(one), plainValue(other)];
  if (a === b) return true;
  const [short = [], long = []] = [a.split(' '), b.split(' ')].toSorted((x, y) => x.length - y.length);
  if (short.length !== long.length && ![...short, ...long].every((word) => numberOf(word) !== null)) return false;
  return short.every((word, index) => sameWord(word, long[index] ?? ''));
}

function sameWord(one: string, other: string): boolean {
  if (one === other) return true;
  const number = numberOf(one);
  return number !== null && number === numberOf(other);
}

function numberOf(word: string): bigint | null {
  const parts = /^([+-]?)(0[xX][0-9a-fA-F]{1,16}|\d{1,20})$/.exec(word);
  if (parts === null) return null;
  const [, sign, digits = ''] = parts;
  const isOctal = /^0[0-7]+$/.test(digits);
  const number = BigInt(isOctal ? `0o${digits.slice(1)}` : digits);
  return sign === '-' ? -number : number;
}

/** `true` is 1. */
export function valueText(value: string | number | boolean): string {
  if (typeof value === 'boolean') return value ? '1' : '0';
  return plainValue(String(value));
}
