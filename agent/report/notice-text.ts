/**
 * What a login and a console show of a node that is not well: what, why, the next step. It stands there until something
 * changes, so it has instants with their date in it, and no ages.
 */
import type { Instant } from '../base/clock.ts';
import type { Reason } from '../base/errors.ts';
import { oneLine } from '../base/one-line.ts';
import { redactText } from '../base/redact-text.ts';
import type { NodeStatus, Verdict } from './status.ts';
import { generationName, generations, verdictWord } from './verdict-words.ts';

/** Never, at once, or when it has lasted: what passes by itself within a minute is no news. */
const URGENCY: Readonly<Record<Verdict, 'never' | 'at once' | 'when it lasts'>> = {
  OK: 'never',
  Observe: 'never',
  Left: 'never',
  RolledBack: 'at once',
  SafeMode: 'at once',
  Degraded: 'at once',
  Held: 'at once',
  Changing: 'when it lasts',
  Waiting: 'when it lasts',
  Unknown: 'when it lasts',
};

const LONGEST_PART = 120;

/** Whether the verdict is one to tell, and at once. An agent that says why it knows nothing will not know it later. */
export function urgencyOf({ verdict, reason }: NodeStatus): 'never' | 'at once' | 'when it lasts' {
  return verdict === 'Unknown' && reason !== undefined ? 'at once' : URGENCY[verdict];
}

/** At most three lines, none of them wider than a few hundred characters, whatever a spec says. */
export function noticeLines(status: NodeStatus): readonly string[] {
  const { reason, next } = status;
  const rolledBack = rollbackLines(status);
  if (rolledBack !== null) return rolledBack;
  const step = [...(next === undefined ? [] : [sentence(next)]), ...explain(reason)].join(' ');
  return [
    `keelson: ${verdictWord(status.verdict)} since ${instantText(status.since)}, ${part(generations(status))}.`,
    ...(status.verdict === 'Held' ? heldLines(status) : reasonLines(reason)),
    ...(step === '' ? [] : [`  ${step}`]),
  ];
}

/** `start`: what a person types to have it run again. */
export function stoppedLines(status: NodeStatus, at: Instant, start: string): readonly string[] {
  const { verdict } = status;
  return [
    `keelson: STOPPED at ${instantText(at)}; until it runs again nothing here is put right.`,
    `  It was ${verdictWord(verdict)}, ${part(generations(status))}.`,
    `  ${start}`,
  ];
}

/** Of an agent that could not start, or came to an end that nobody asked for. */
export function failedLines(reason: Reason, at: Instant): readonly string[] {
  const { remedy } = reason;
  return [
    `keelson: NOT RUNNING, at ${instantText(at)}; nothing here is put right.`,
    `  ${because(reason)}`,
    `  ${[...(remedy === undefined ? [] : [sentence(remedy)]), ...explain(reason)].join(' ')}`,
  ];
}

/** "lb/43 ROLLED BACK to 42 at …", where it is known which. */
function rollbackLines({ verdict, wanted, running, blocked, since, counts, reason }: NodeStatus): string[] | null {
  const failed = blocked.find(({ digest }) => digest === wanted?.digest);
  if (verdict !== 'RolledBack' || failed === undefined) return null;
  const to =
    running === undefined
      ? 'as found'
      : running.series === failed.series
        ? String(running.generation)
        : generationName(running);
  const unwell = (['failed', 'contended', 'unknown', 'changing', 'waiting', 'differs'] as const).some(
    (condition) => (counts[condition] ?? 0) > 0,
  );
  const healthy = running === undefined || unwell ? '' : ` ${part(to)} healthy since ${instantText(since)}.`;
  const why = reason ?? failed.reason;
  return [
    `keelson: ${part(generationName(failed))} ROLLED BACK to ${part(to)} at ${instantText(failed.at ?? since)}.`,
    `  ${because(why)}${healthy}`,
    `  ${failed.generation} will not be retried. keelson explain ${why.code}`,
  ];
}

function reasonLines(reason: Reason | undefined): readonly string[] {
  return reason === undefined ? [] : [`  ${because(reason)}`];
}

/** The hold of the whole node, or else the first; who, until when, and why. */
function heldLines({ overrides }: NodeStatus): readonly string[] {
  const holds = overrides.filter(({ kind }) => kind !== 'patch');
  const hold = holds.find(({ address }) => address === null) ?? holds[0];
  if (hold === undefined) return [];
  const what = hold.address === null ? 'everything' : part(hold.address);
  const more = holds.length > 1 ? ` (and ${holds.length - 1} more)` : '';
  return [`  ${what} by ${part(hold.by)} until ${instantText(hold.expires)}: "${part(hold.reason)}"${more}`];
}

function explain(reason: Reason | undefined): readonly string[] {
  return reason === undefined ? [] : [`keelson explain ${reason.code}`];
}

/** "pod:haproxy failed its gate (KSN-POD-007)." */
function because({ message, code }: Reason): string {
  return `${part(message).replace(/[.]$/u, '')} (${code}).`;
}

function sentence(text: string): string {
  const words = part(text);
  return /[.!?\u2026]$/u.test(words) ? words : `${words}.`;
}

/** Of what others wrote: one line, without what a terminal obeys, and short. */
function part(text: string): string {
  const line = redactText(oneLine(text));
  return line.length > LONGEST_PART ? `${line.slice(0, LONGEST_PART - 1)}…` : line;
}

function instantText(at: Instant): string {
  return `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')}Z`;
}
