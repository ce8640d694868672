/** docs/errors.md, the table of every code, and docs/codes/, a page for each: out of the catalogues of the rooms. */
import type { ErrorCode, Explanation, Fault } from '../agent/base/errors.ts';

type Explanations = ReadonlyMap<ErrorCode, Explanation>;

const whose: Readonly<Record<Fault, string>> = {
  bug: 'An error in Keelson itself. Please report it, with what `keelson diagnostics` writes.',
  caller: 'In what was given to Keelson: a document, a command, a setting.',
  environment: 'The machine, or the network around it.',
};
const short: Readonly<Record<Fault, string>> = { bug: 'Keelson', caller: 'input', environment: 'host' };

/** By path beneath docs/. */
export function errorPages(explanations: Explanations): ReadonlyMap<string, string> {
  const codes = [...explanations];
  return new Map([
    ['errors.md', index(codes)],
    ...codes.map(([code, explanation]): [string, string] => [`codes/${code}.md`, page(code, explanation)]),
  ]);
}

function page(code: ErrorCode, { fault, meaning, evidence, next, retryable }: Explanation): string {
  const lines = [
    `# ${code}`,
    '',
    meaning,
    '',
    `**Where it lies.** ${whose[fault]}`,
    '',
    `**What shows it.** ${evidence}`,
    '',
    `**What to do.** ${next}`,
    ...(retryable === true ? ['', '**Again.** It may succeed without a change: the agent tries again by itself.'] : []),
    '',
    `\`keelson explain ${code}\` says the same on a node, offline. [All codes](../errors.md)`,
  ];
  return `${lines.join('\n')}\n`;
}

function index(codes: readonly [ErrorCode, Explanation][]): string {
  const rooms = Map.groupBy(codes, ([code]) => code.slice(0, code.lastIndexOf('-')));
  const lines = [
    '# Codes',
    '',
    'Made from the catalogues in the sources by `bin/node packaging/generate-error-docs.ts`; `keelson explain CODE` prints',
    'the same on a node, offline. *Input* is what was given to Keelson, *host* the machine and the network around it,',
    '*Keelson* an error of its own; *again*: the agent tries again by itself.',
  ];
  for (const [room, entries] of rooms) {
    lines.push('', `## ${room}`, '', '| code | means | lies in |', '|---|---|---|');
    for (const [code, { meaning, fault, retryable }] of entries) {
      const where = `${short[fault]}${retryable === true ? ', again' : ''}`;
      lines.push(`| [${code}](codes/${code}.md) | ${cell(meaning)} | ${where} |`);
    }
  }
  return `${lines.join('\n')}\n`;
}

/** A bar within a table's cell ends it, also between backticks. */
function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
