/** A page as its reader goes through it: what is typed is run, and what is printed is what the page shows. */
import { readFileSync } from 'node:fs';
import type { Test } from 'tap';
import { comparable, INTERRUPT, matched, READER, stepsOf, type Step } from './walkthrough-steps.ts';
import { Shell, Staying } from './walkthrough-shell.ts';

const LIMIT_MS = 60_000;
/** What only looks is asked again for so long: a reader is slower than a test, and the node has got further by then. */
const SEES_WITHIN_MS = 40_000;
const LOOKS = /^(?:npx )?keelson (?:--root \S+ )?(?:status|diff|plan|events)\b/u;

/** One test a line; after the first that differs the reader is lost, and nothing more is run. */
export async function walk(t: Test, page: string, folder: string): Promise<void> {
  const steps = stepsOf(readFileSync(page, 'utf8'));
  using shell = new Shell(folder);
  using others = new DisposableStack();
  const staying = new Map<string, Staying>();
  for (const step of steps) {
    const problem =
      step.terminal === READER ? await seen(shell, step, folder) : await beside(staying, others, step, folder);
    t.strictSame(problem, null, `line ${step.line}: ${step.typed ?? step.shown[0]}`);
    if (problem !== null) return;
  }
}

/** Null: as shown. */
async function seen(shell: Shell, step: Step, folder: string): Promise<unknown> {
  const until = performance.now() + (LOOKS.test(step.typed ?? '') ? SEES_WITHIN_MS : 0);
  for (;;) {
    const problem = await typed(shell, step, folder);
    if (problem === null || performance.now() >= until) return problem;
  }
}

async function typed(shell: Shell, step: Step, folder: string): Promise<unknown> {
  const { lines, code } = await shell.run(step.typed ?? '', LIMIT_MS);
  const [shown, printed] = [step.shown, lines].map((side) => side.map((line) => comparable(line, folder)));
  while (printed?.at(-1) === '') printed.pop();
  if (matched(shown ?? [], printed ?? [], false) === null) return { shown, printed };
  return code !== 0 && step.shown.length === 0 ? { code } : null;
}

async function beside(
  staying: Map<string, Staying>,
  others: DisposableStack,
  { terminal, typed: command, shown }: Step,
  folder: string,
): Promise<unknown> {
  if (command === INTERRUPT) staying.get(terminal)?.interrupt();
  else if (command !== null) staying.set(terminal, others.use(new Staying(folder, command)));
  const program = staying.get(terminal);
  if (program === undefined) return { terminal, is: 'not there' };
  const wanted = shown.map((line) => comparable(line, folder));
  const take = (lines: readonly string[]) =>
    matched(
      wanted,
      lines.map((line) => comparable(line, folder)),
      true,
    );
  if (await program.says(take, LIMIT_MS)) return null;
  return { shown: wanted, printed: program.rest.map((line) => comparable(line, folder)) };
}
