/** Runs the check of a file on its staged content, and says why it was refused without saying what is in it. */
import { redactText } from '../base/redact-text.ts';
import { isBehindClosedFolder } from './closed-folders.ts';
import { resourceError } from './errors.ts';
import type { Change, CommandResult, StageHost } from './kind.ts';
import { pathOf } from './path-key.ts';
import { isSecret, type FileState, type PathState } from './path-state.ts';

const shownLines = 5;
const shownCharacters = 600;

/** @throws KSN-FILE-002 when the check says no, KSN-FILE-003 when it cannot be run. */
export async function checkStaged(
  change: Change<PathState>,
  to: FileState,
  staged: string,
  host: StageHost,
  signal: AbortSignal,
): Promise<void> {
  const { check, address } = change;
  if (check === undefined) return;
  const physical = host.fs.physical(staged);
  const argv = check.argv.map((word) => word.replaceAll('{staged}', physical));
  const result = await host.run({ argv, timeoutMs: check.timeoutMs }, signal);
  const program = argv[0] ?? '';
  if (result.startError !== undefined) {
    throw resourceError(
      'KSN-FILE-003',
      `${address}: its check ${program} could not be started (${result.startError})`,
      {
        element: address,
        remedy: `Install ${program} in the image, correct its path in check.exec, or drop the check.`,
      },
    );
  }
  if (result.exitCode === 0 && !result.timedOut) return;
  // People know the file by its own path.
  const said = result.outputTail.replaceAll(physical, pathOf(address)).replaceAll(staged, pathOf(address));
  const own = await host.content(to.content);
  const secret = isSecret(to) || isAmong(host.secrets(), own) || (await isBehindClosedFolder(host.fs, pathOf(address)));
  const known = secret ? argv : [...argv, Buffer.from(own).toString()];
  const everybodys = new Set([...known, pathOf(address).replaceAll('/', ' ')].flatMap(words));
  const others = withoutOthers(said, host.secrets(), everybodys);
  const shown = shortened(secret ? withoutContent(others, own) : others);
  throw resourceError(
    'KSN-FILE-002',
    `${address}: its check ${program} ${ending(result)}${shown === '' ? '' : `: ${shown}`}`,
    {
      element: address,
    },
  );
}

function ending({ exitCode, signal, timedOut }: CommandResult): string {
  if (timedOut) return 'gave no answer in time';
  return exitCode === null ? `was ended by ${signal}` : `said no (exit ${exitCode})`;
}

function isAmong(secrets: Iterable<Uint8Array>, bytes: Uint8Array): boolean {
  for (const secret of secrets) if (Buffer.compare(secret, bytes) === 0) return true;
  return false;
}

/** Hides every word that the output shares with the content, whole or in part, either way round. */
function withoutContent(said: string, content: Uint8Array): string {
  const text = Buffer.from(content).toString();
  const shared = [
    ...words(said).filter((word) => text.includes(word)),
    ...words(text).filter((word) => said.includes(word)),
  ];
  // Longer ones first, or a short one would break a long one that then stays.
  return redactText(
    said,
    shared.toSorted((a, b) => b.length - a.length),
  );
}

/**
 * Hides the words of what other secret files and pods hold: a check may print any of them. Names of JSON members stay,
 * and what the file itself, its path and the command say to everybody.
 */
function withoutOthers(said: string, secrets: Iterable<Uint8Array>, everybodys: ReadonlySet<string>): string {
  const hidden = new Set<string>();
  for (const secret of secrets) {
    const text = Buffer.from(secret)
      .toString()
      .replaceAll(/"[A-Za-z]+":/g, ' ');
    for (const word of words(text)) if (said.includes(word) && !everybodys.has(word)) hidden.add(word);
  }
  return redactText(
    said,
    [...hidden].toSorted((a, b) => b.length - a.length),
  );
}

function words(text: string): string[] {
  return [...new Set(text.split(/[\s"'`:=,;()[\]{}<>]+/))].filter((word) => word.length >= 4);
}

function shortened(said: string): string {
  const lines = said
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(-shownLines)
    .join('\n');
  return lines.length <= shownCharacters ? lines : `…${lines.slice(-shownCharacters)}`;
}
