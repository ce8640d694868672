/**
 * Counts a tap run by its tests: a test is a `t.test` block without blocks of its own, or a file without any. What
 * was skipped is named with its reason, and where everything must be present (CI) a skip is a failure unless it says
 * `by design:`.
 *
 * Run as a program it reads a TAP file, names what failed and what was skipped, and ends with the totals.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { Parser, type Result } from 'tap-parser';

/** One counted test, by its path of names from the file down. */
export interface Counted {
  readonly name: string;
  readonly reason: string;
}

/** What became of every test of a run. */
export interface Summary {
  readonly passed: number;
  readonly failed: readonly Counted[];
  readonly skipped: readonly Counted[];
}

/** A test point, and the points of the block it closes; an assertion has no block. */
interface Point {
  readonly result: Result;
  readonly block: readonly Point[] | null;
}

/** Reads a whole TAP stream, nested blocks included; `complete` is false where it was cut short. */
function parse(tap: string): { points: readonly Point[]; complete: boolean } {
  const parser = new Parser();
  const points = follow(parser);
  parser.end(tap);
  return { points, complete: points.length > 0 && parser.ok };
}

function follow(parser: Parser): Point[] {
  const points: Point[] = [];
  let closed: Point[] | null = null;
  parser.on('child', (child: Parser) => {
    closed = follow(child);
  });
  parser.on('assert', (result: Result) => {
    points.push({ result, block: closed });
    closed = null;
  });
  return points;
}

/**
 * Counts the tests of a TAP stream.
 *
 * `everythingPresent` turns a skip into a failure, since there nothing may be lacking.
 */
export function summarise(tap: string, everythingPresent: boolean): Summary {
  let passed = 0;
  const failed: Counted[] = [];
  const skipped: Counted[] = [];

  const countSkip = (name: string, reason: string): void => {
    if (everythingPresent && !reason.startsWith('by design:')) failed.push({ name, reason: `skipped: ${reason}` });
    else skipped.push({ name, reason });
  };

  const count = ({ result, block }: Point, path: readonly string[]): void => {
    const names = [...path, result.name];
    const name = names.join(' › ');
    const skip = skipReason(result);
    if (skip !== null) {
      countSkip(name, skip);
      return;
    }
    const failedBefore = failed.length;
    const inner = (block ?? []).filter((point) => point.block !== null || skipReason(point.result) !== null);
    for (const point of inner) count(point, names);
    if (result.ok) passed += inner.length === 0 ? 1 : 0;
    else if (failed.length === failedBefore) failed.push({ name, reason: firstFailure(block ?? []) });
  };

  const { points, complete } = parse(tap);
  for (const point of points) count(point, []);
  if (!complete && failed.length === 0) failed.push({ name: 'the run itself', reason: 'cut short' });
  return { passed, failed, skipped };
}

function skipReason({ skip, todo }: Result): string | null {
  const directive = skip === false ? todo : skip;
  if (directive === false) return null;
  return directive === true || directive.trim() === '' ? 'no reason given' : directive.trim();
}

function firstFailure(block: readonly Point[]): string {
  return block.find(({ result }) => !result.ok)?.result.name ?? 'ended in error';
}

/** The one line that CI reads. */
export function totals(summary: Summary): string {
  return `${summary.passed} passed, ${summary.failed.length} failed, ${summary.skipped.length} skipped`;
}

function main(tapFile: string, totalsFile: string): void {
  const summary = summarise(readFileSync(tapFile, 'utf8'), process.env['CI'] === 'true');
  for (const { name, reason } of summary.skipped) console.log(`skipped  ${name}: ${reason}`);
  for (const { name, reason } of summary.failed) console.log(`FAILED   ${name}: ${reason}`);
  const line = totals(summary);
  writeFileSync(totalsFile, `${line}\n`);
  console.log(line);
  process.exitCode = summary.failed.length === 0 ? 0 : 1;
}

if (import.meta.main) main(process.argv[2] ?? '.tap/run.tap', process.argv[3] ?? '.tap/totals');
