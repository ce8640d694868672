/** docs/errors.md: every code as one page, from the catalogues. */
import type { ErrorCode, Explanation, Fault } from '../../base/errors.ts';

const faults: Readonly<Record<Fault, string>> = { bug: 'Keelson', caller: 'input', environment: 'host' };

export function errorsPage(explanations: ReadonlyMap<ErrorCode, Explanation>): string[] {
  const lines = [
    '# Codes',
    '',
    'Made from the catalogues in the sources by `node packaging/generate-error-docs.ts`; `keelson explain CODE` prints the',
    'same on a node, offline. Fault: *input* is what was given to Keelson, *host* the machine and network around it,',
    '*Keelson* an error of its own.',
  ];
  let room = '';
  for (const [code, { fault, meaning, evidence, next, retryable }] of explanations) {
    const [, prefix = ''] = code.split('-');
    if (prefix !== room) lines.push('', `## KSN-${prefix}`);
    room = prefix;
    lines.push('', `### ${code}`, '', meaning, '');
    lines.push(
      `- Fault: ${faults[fault]}${retryable === true ? '; tried again by itself' : ''}`,
      `- Evidence: ${evidence}`,
      `- Next: ${next}`,
    );
  }
  return lines;
}
