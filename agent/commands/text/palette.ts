/** Colour by meaning, so that a text function never knows an escape sequence. */

export interface Palette {
  /** As desired. */
  readonly good: (text: string) => string;
  /** Failed, or undone. */
  readonly bad: (text: string) => string;
  /** Pending, or a person's decision. */
  readonly pending: (text: string) => string;
  /** Less important than the rest of its line. */
  readonly faint: (text: string) => string;
  readonly strong: (text: string) => string;
}

const paint = (start: number, end: number) => (text: string) => `\u001B[${start}m${text}\u001B[${end}m`;

const colors: Palette = {
  good: paint(32, 39),
  bad: paint(31, 39),
  pending: paint(33, 39),
  faint: paint(2, 22),
  strong: paint(1, 22),
};

const same = (text: string): string => text;

export const plain: Palette = { good: same, bad: same, pending: same, faint: same, strong: same };

export function paletteFor(color: boolean): Palette {
  return color ? colors : plain;
}
