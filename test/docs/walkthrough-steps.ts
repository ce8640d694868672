/**
 * What a page has its reader do, from its fenced blocks: `console` is the reader's terminal, `console NAME` another one,
 * in which a program stays. A line that begins with `$ ` is typed, `^C` is pressed, all others are what is shown; empty
 * ones before the next command are for the eye.
 */
import { hostname } from 'node:os';

export interface Step {
  /** The line of the page. */
  readonly line: number;
  readonly terminal: string;
  /** Null: nothing is typed, more of what the program there says is shown. */
  readonly typed: string | null;
  readonly shown: readonly string[];
}

export const READER = 'reader';
export const INTERRUPT = '^C';

/** In the order of the page. */
export function stepsOf(page: string): readonly Step[] {
  return [...page.matchAll(/^```console(?: (\w+))?\n([^]*?)^```$/gm)].flatMap((block) => {
    const first = page.slice(0, block.index).split('\n').length + 1;
    return stepsIn((block[2] ?? '').split('\n').slice(0, -1), first, block[1] ?? READER);
  });
}

function stepsIn(lines: readonly string[], first: number, terminal: string): readonly Step[] {
  const steps: { line: number; terminal: string; typed: string | null; shown: string[] }[] = [];
  for (const [at, line] of lines.entries()) {
    const typed = line === INTERRUPT ? line : line.startsWith('$ ') ? line.slice(2) : null;
    const step = steps.at(-1);
    if (typed === null && step !== undefined) step.shown.push(line);
    else steps.push({ line: first + at, terminal, typed, shown: typed === null ? [line] : [] });
  }
  for (const { shown } of steps) while (shown.at(-1) === '') shown.pop();
  return steps;
}

/**
 * What differs from run to run, and what stands for it on both sides before they are compared. Nothing else may differ,
 * but for a line with `…` alone: there the page leaves lines out.
 */
const PLACEHOLDERS: readonly (readonly [RegExp, string])[] = [
  [/ +(?:just now|\d+ (?:s|min) ago)$/u, '  AGE'],
  [/\b\d+ (?:s|min) left\b/u, 'LEFT'],
  [/\bh-[0-9a-f]{8}\b/gu, 'HOLD'],
  [/\b(process|pid|uid) \d+/gu, '$1 N'],
  [/127\.0\.0\.1:\d+/gu, '127.0.0.1:PORT'],
  [/\b[0-9a-f]{12,64}\b…?/gu, 'HASH'],
  [/\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?Z/gu, 'TIME'],
  [/\b\d\d:\d\d:\d\d\b/gu, 'TIME'],
  [/ *\b\d+(?:\.\d+)? (?:B|KiB|MiB)\b */gu, ' SIZE '],
];

/** `folder`: where the reader is; the page writes `…` for what leads there, and `vm` for the name of the host. */
export function comparable(line: string, folder: string): string {
  let text = line.replaceAll(folder, '…');
  if (text.startsWith(`${hostname()}  `)) text = `vm${text.slice(hostname().length)}`;
  for (const [pattern, name] of PLACEHOLDERS) text = text.replace(pattern, name);
  return text.trimEnd();
}

const isGap = (line: string): boolean => line.trim() === '…';

/**
 * Whether `printed` is what is shown. `open`: more may follow, as where a program stays. A number: how many printed
 * lines it took. Both sides are comparable already.
 */
export function matched(shown: readonly string[], printed: readonly string[], open: boolean): number | null {
  const [first, ...rest] = shown;
  if (first === undefined) return open || printed.length === 0 ? 0 : null;
  if (!isGap(first)) {
    const after = first === printed[0] ? matched(rest, printed.slice(1), open) : null;
    return after === null ? null : after + 1;
  }
  if (rest.length === 0) return open ? 0 : printed.length;
  for (let skipped = 0; skipped <= printed.length; skipped += 1) {
    const after = matched(rest, printed.slice(skipped), open);
    if (after !== null) return skipped + after;
  }
  return null;
}
