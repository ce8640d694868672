/** What differs between two texts, line by line: the shortest edit (Myers, 1986), with a few lines around it. */

/** Counts are of all lines, even where `lines` leaves some out. */
export interface LineDiff {
  readonly added: number;
  readonly removed: number;
  /** `+ line`, `- line`, `  line`; `@` between places that are apart. */
  readonly lines: readonly string[];
}

/** Edits beyond this are a rewrite, which nobody reads line by line. */
const mostEdits = 400;
/** Unchanged lines shown before and after a change. */
const around = 2;

type Mark = ' ' | '+' | '-';
type Line = readonly [Mark, string];

/** Null: too different to be told. */
export function diffLines(before: string, after: string): LineDiff | null {
  const script = edits(linesOf(before), linesOf(after));
  if (script === null) return null;
  const count = (mark: Mark): number => script.filter(([each]) => each === mark).length;
  return { added: count('+'), removed: count('-'), lines: excerpt(script) };
}

function linesOf(text: string): readonly string[] {
  if (text === '') return [];
  return (text.endsWith('\n') ? text.slice(0, -1) : text).split('\n');
}

/** Furthest-reaching paths by number of edits; the trace of them is walked back. */
function edits(a: readonly string[], b: readonly string[]): readonly Line[] | null {
  const furthest = new Map<number, number>([[1, 0]]);
  const trace: ReadonlyMap<number, number>[] = [];
  for (let edit = 0; edit <= Math.min(mostEdits, a.length + b.length); edit += 1) {
    trace.push(new Map(furthest));
    for (let diagonal = -edit; diagonal <= edit; diagonal += 2) {
      let x = reached(furthest, diagonal, edit);
      while (x < a.length && x - diagonal < b.length && a[x] === b[x - diagonal]) x += 1;
      furthest.set(diagonal, x);
      if (x >= a.length && x - diagonal >= b.length) return walkBack(trace, a, b);
    }
  }
  return null;
}

/** Where the diagonal is entered: down (an insertion) or right (a deletion), whichever reaches further. */
function reached(furthest: ReadonlyMap<number, number>, diagonal: number, edit: number): number {
  const left = furthest.get(diagonal - 1) ?? -1;
  const up = furthest.get(diagonal + 1) ?? -1;
  return diagonal === -edit || (diagonal !== edit && left < up) ? up : left + 1;
}

function walkBack(
  trace: readonly ReadonlyMap<number, number>[],
  a: readonly string[],
  b: readonly string[],
): readonly Line[] {
  const script: Line[] = [];
  let x = a.length;
  let y = b.length;
  for (let edit = trace.length - 1; edit >= 0; edit -= 1) {
    const furthest = trace[edit] ?? new Map<number, number>();
    const diagonal = x - y;
    const entered = reached(furthest, diagonal, edit);
    const inserted =
      diagonal === -edit ||
      (diagonal !== edit && (furthest.get(diagonal - 1) ?? -1) < (furthest.get(diagonal + 1) ?? -1));
    while (x > entered && y > entered - diagonal) {
      script.push([' ', a[(x -= 1)] ?? '']);
      y -= 1;
    }
    if (edit === 0) break;
    if (inserted) script.push(['+', b[(y -= 1)] ?? '']);
    else script.push(['-', a[(x -= 1)] ?? '']);
  }
  return script.toReversed();
}

function excerpt(script: readonly Line[]): readonly string[] {
  const near = new Set<number>();
  for (const [at, [mark]] of script.entries()) {
    if (mark !== ' ') for (let other = at - around; other <= at + around; other += 1) near.add(other);
  }
  const lines: string[] = [];
  let last = -1;
  for (const [at, [mark, text]] of script.entries()) {
    if (!near.has(at)) continue;
    if (lines.length > 0 && at !== last + 1) lines.push('@');
    lines.push(`${mark} ${text}`);
    last = at;
  }
  return lines;
}
