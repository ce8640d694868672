/**
 * `keelson complete SHELL WORDS…`: what may stand in place of the last word, for the scripts of `keelson completion`. A
 * line says what follows (values, files, folders), then one a line. Whatever fails, there is just nothing to offer.
 */
import { bashLine, bashReplacement } from './completion/bash-words.ts';
import { wantedAt, type Candidate, type Line } from './completion/wanted.ts';
import type { ExitCode, Invocation } from './invocation.ts';
import { oneLine } from '../base/one-line.ts';

const longestAbout = 100;

/** bash gives its whole line, the others their words. */
export async function complete(
  invocation: Invocation,
  shell: string | undefined,
  words: readonly string[],
): Promise<ExitCode> {
  try {
    const bash = shell === 'bash' ? bashLine(words[0] ?? '') : null;
    const { declareProgram } = await import('./declarations.ts');
    const line = wantedAt(
      declareProgram(async () => {}),
      bash === null ? words : bash.words.slice(1),
    );
    const { wanted, prefix, begun } = line;
    if (wanted.are === 'folders') invocation.terminal.print('folders');
    else if (wanted.are === 'files') invocation.terminal.print(['files', ...wanted.patterns]);
    else {
      const values = wanted.are === 'values' ? wanted.values : await known(line, invocation);
      const fitting = values.filter(({ value }) => value.startsWith(begun) && !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(value));
      const shown = fitting.map(({ value, about }): string => {
        const whole = prefix + value;
        if (bash !== null) return bashReplacement(whole, bash.words.at(-1) ?? '', bash);
        return about === undefined || about === '' ? whole : `${whole}\t${oneLine(about).slice(0, longestAbout)}`;
      });
      invocation.terminal.print(['values', ...new Set(shown)]);
    }
  } catch {
    // Not even a word: it would stand in somebody's command line.
  }
  return 0;
}

async function known({ wanted, given, begun }: Line, invocation: Invocation): Promise<readonly Candidate[]> {
  if (wanted.are !== 'known') return [];
  const { knownValues } = await import('./completion/known-values.ts');
  const { root = invocation.global.root, config } = given;
  return knownValues(
    wanted.source,
    { given, begun },
    {
      ...invocation,
      global: { root, ...(config !== undefined && { config }) },
    },
  );
}
