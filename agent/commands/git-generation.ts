/**
 * `--generation git`: how many commits have touched the site, and how many merges there were. The same commit gives the
 * same number on every machine.
 *
 * Every merge counts, and every commit on either side of it (`--full-history --parents`): whatever is built on another
 * commit, and says another thing, has a larger number. By git's own choice of a way through the merges it would not.
 */
import { resolve } from 'node:path';
import { createRunCommand } from '../host/run-command.ts';
import { buildError } from '../authoring/errors.ts';
import { BUILD_FOLDER } from '../authoring/outputs.ts';
import type { Invocation } from './invocation.ts';
import { SITE_LOCK } from './site-lock.ts';

const timeoutMs = 60_000;
/** What a build writes is not what it is made of. */
const made = ['--', '.', `:(exclude)${BUILD_FOLDER}`, `:(exclude)${SITE_LOCK}`];

/** How many paths git is asked about at once: its answer is read whole. */
const together = 16;

/** The number, and a look at what was read for it. */
export interface GitGeneration {
  readonly generation: number;
  /** @throws KSN-BUILD-021: a file, a path of the site, is not as the commit has it. */
  checkRead(paths: readonly string[]): Promise<void>;
}

/** @throws KSN-BUILD-021: two states of the site would have one number, or one state two. */
export async function gitGeneration(folder: string, { clock, signal }: Invocation): Promise<GitGeneration> {
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
  // Whatever the configuration of the person is.
  if ((await git('status', '--porcelain', '--untracked-files=all', '--ignore-submodules=none', ...made)) !== '')
    throw buildError('KSN-BUILD-021', 'the site has changes that are not committed');
  const count = Number(await git('rev-list', '--count', '--full-history', '--parents', 'HEAD', ...made));
  if (!Number.isSafeInteger(count) || count < 1) throw buildError('KSN-BUILD-021', 'no commit has touched the site');
  return {
    generation: count,
    async checkRead(paths) {
      for (let at = 0; at < paths.length; at += together) {
        const some = paths.slice(at, at + together);
        const listed = (await git('--literal-pathspecs', 'ls-files', '-v', '--', ...some)).split('\n').filter(Boolean);
        // H: in the index, and compared with what lies there.
        if (listed.length === some.length && listed.every((line) => line.startsWith('H '))) continue;
        throw await unlikeCommit(some, async (path) => {
          const line = await git('--literal-pathspecs', 'ls-files', '-v', '--', path);
          return line.startsWith('H ');
        });
      }
    },
  };
}

async function unlikeCommit(paths: readonly string[], isKnown: (path: string) => Promise<boolean>): Promise<Error> {
  for (const file of paths) {
    if (await isKnown(file)) continue;
    const message = `${file} is not what the commit has: git ignores it, or does not compare it`;
    const remedy = `Commit it (git add -f), or take it out of the site.`;
    return buildError('KSN-BUILD-021', message, { place: { file }, remedy });
  }
  return buildError('KSN-BUILD-021', 'a file that was read is not what the commit has');
}
