/** Ranges of agent versions: '>=1.2', '>=1.2 <2', '1.4.0'. A space means "and"; missing parts count as 0. */

type Version = readonly [major: number, minor: number, patch: number];
interface Comparison {
  readonly holds: (order: number) => boolean;
  readonly version: Version;
}
export type Range = readonly Comparison[];

const comparators: Readonly<Record<string, (order: number) => boolean>> = {
  '>=': (order) => order >= 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '<': (order) => order < 0,
  '=': (order) => order === 0,
  '': (order) => order === 0,
};

/** Null = not a range. */
export function parseRange(text: string): Range | null {
  const words = text.split(' ').filter((word) => word !== '');
  const range = words.map(parseComparison);
  return range.length === 0 || range.some((comparison) => comparison === null) ? null : (range as Range);
}

/** A pre-release or build suffix of the version does not count: 1.2.0-rc1 may take what asks for 1.2. */
export function inRange(version: string, range: Range): boolean {
  const parsed = parseVersion(version.replace(/[-+].*$/, ''));
  return parsed !== null && range.every(({ holds, version: bound }) => holds(compare(parsed, bound)));
}

function parseComparison(word: string): Comparison | null {
  const match = /^(>=|<=|>|<|=|)(\d.*)$/.exec(word);
  const holds = comparators[match?.[1] ?? '?'];
  const version = parseVersion(match?.[2] ?? '');
  return holds === undefined || version === null ? null : { holds, version };
}

function parseVersion(text: string): Version | null {
  const match = /^(\d{1,9})(?:\.(\d{1,9}))?(?:\.(\d{1,9}))?$/.exec(text);
  return match === null ? null : [Number(match[1]), Number(match[2] ?? 0), Number(match[3] ?? 0)];
}

function compare(a: Version, b: Version): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
}
