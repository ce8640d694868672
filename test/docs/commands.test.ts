/** Every command line in the documentation is one that the program takes, as far as it is written out. */
import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Command, CommanderError } from 'commander';
import t from 'tap';
import { declareProgram } from '../../agent/commands/declarations.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const pages = globSync(['*.md', '{agent,hostfs,packaging,test,docs,schema,examples}/**/*.md'], {
  cwd: root,
}).toSorted();

/** What prose may leave out: `keelson hold` is no line to type. */
const LEFT_OUT = new Set(['commander.missingArgument', 'commander.missingMandatoryOptionValue', 'commander.help']);

/** In backticks, and at the beginning of lines of blocks. */
function commandsIn(text: string): readonly string[] {
  const prose = text.replaceAll(/^```[^]*?^```$/gm, '');
  const blocks = text.match(/^```[^]*?^```$/gm) ?? [];
  return [
    ...[...prose.matchAll(/`(?:npx )?(keelson [^`\n]+)`/g)].map((match) => match[1] ?? ''),
    ...blocks.flatMap((block) =>
      [...block.matchAll(/^(?:\$ |# )?(?:npx )?(keelson .*)$/gm)].map((match) => match[1] ?? ''),
    ),
  ];
}

/** As a shell has them; what stands after a comment, a pipe or a redirection is none of ours. */
function wordsOf(line: string): readonly string[] {
  const typed = line.replace(/(?: #| \||[;&>]| {3,}).*$/u, '');
  const words = [...typed.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
    (match) => match[1] ?? match[2] ?? match[3] ?? '',
  );
  // `…` is the value of an option, or stands for more of the line.
  return words.slice(1).filter((word, at) => word !== '…' || words[at]?.startsWith('--'));
}

/** Null: it would be taken, or only leaves out what prose may. */
async function refusal(words: readonly string[]): Promise<string | null> {
  const program = declareProgram(async () => {});
  quiet(program);
  try {
    await program.parseAsync(words, { from: 'user' });
  } catch (error) {
    const { code, message } = error as CommanderError;
    // `N` and `SHELL` stand for what a reader puts there.
    const stands = code === 'commander.invalidArgument' && words.some((word) => /^[A-Z]+$/u.test(word));
    if (!LEFT_OUT.has(code) && !stands) return message;
  }
  return null;
}

function quiet(command: Command): void {
  command.exitOverride().configureOutput({ writeOut: () => {}, writeErr: () => {} });
  for (const each of command.commands) quiet(each);
}

t.test('a line that is none is seen', async (t) => {
  t.equal(await refusal(['hold']), null);
  t.match(await refusal(['status', '--until', '1h']), /unknown option/);
  t.match(await refusal(['heal']), /unknown command/);
  t.strictSame(commandsIn('a `keelson x y`\n```\n$ keelson z\nnot keelson\n```\n'), ['keelson x y', 'keelson z']);
  t.strictSame(wordsOf('keelson hold "a b" --for 1h   # note'), ['hold', 'a b', '--for', '1h']);
});

t.test('every line of every page', async (t) => {
  let count = 0;
  for (const page of pages)
    for (const line of commandsIn(readFileSync(root + page, 'utf8'))) {
      count += 1;
      t.equal(await refusal(wordsOf(line)), null, `${page}: ${line}`);
    }
  t.ok(count > 100, `${count} lines`);
});
