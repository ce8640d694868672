/** `--generation git`: how many commits have touched the site. The same commit gives the same number on every machine. */
import { resolve } from 'node:path';
import { createRunCommand } from '../host/run-command.ts';
import { buildError } from '../authoring/errors.ts';
import { BUILD_FOLDER } from '../authoring/outputs.ts';
import type { Invocation } from './invocation.ts';
import { SITE_LOCK } from './site-lock.ts';

const timeoutMs = 60_000;
/** What a build writes is not what it is made of. */
const made = ['--', '.', `:(exclude)${BUILD_FOLDER}`, `:(exclude)${SITE_LOCK}`];

/** @throws KSN-BUILD-021: two states of the site would have one number, or one state two. */
export async function gitGeneration(folder: string, { clock, signal }: Invocation): Promise<number> {
  const run = createRunCommand({ clock });
  // Programs start in /, not where the person stands.
  const site = resolve(folder);
  const git = async (...words: readonly string[]): Promise<string> => {
    const { exitCode, outputTail, startError } = await run({ argv: ['git', '-C', site, ...words], timeoutMs }, signal);
    if (startError !== undefined) throw buildError('KSN-BUILD-021', `git cannot be started: ${startError}`);
    if (exitCode !== 0) throw buildError('KSN-BUILD-021', `git ${words[0]} failed: ${outputTail.trim()}`);
    return outputTail.trim();
  };
  if ((await git('rev-parse', '--is-shallow-repository')) !== 'false')
    throw buildError('KSN-BUILD-021', 'the clone is shallow: it does not have every commit to count');
  if ((await git('status', '--porcelain', ...made)) !== '')
    throw buildError('KSN-BUILD-021', 'the site has changes that are not committed');
  const count = Number(await git('rev-list', '--count', 'HEAD', ...made));
  if (Number.isSafeInteger(count) && count > 0) return count;
  throw buildError('KSN-BUILD-021', 'no commit has touched the site');
}
