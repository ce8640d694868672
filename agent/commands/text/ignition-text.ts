/** What `keelson ignition audit` prints: what differs and how, and the sum. */
import { oneLine } from '../../base/one-line.ts';
import type { Audited, Verdict } from '../../ignition/audited.ts';
import type { Palette } from './palette.ts';

export type AuditSummary = Readonly<Record<Verdict['is'], number>>;

/** How many parts have each verdict. */
export function summaryOf(audited: readonly Audited[]): AuditSummary {
  const count = (is: Verdict['is']): number => audited.filter(({ verdict }) => verdict.is === is).length;
  return { same: count('same'), drifted: count('drifted'), missing: count('missing'), unchecked: count('unchecked') };
}

export interface AuditTextOptions {
  readonly file: string;
  /** Also what is as the config wants it. */
  readonly all: boolean;
  readonly palette: Palette;
}

/** What differs, each with how; and the sum. */
export function auditText(audited: readonly Audited[], { file, all, palette }: AuditTextOptions): string[] {
  const shown = audited.filter(({ verdict }) => all || verdict.is !== 'same');
  const { same, drifted, missing, unchecked } = summaryOf(audited);
  const lines = shown.flatMap(({ element, verdict }) => [
    `${colour(verdict, palette)(WORDS[verdict.is].padEnd(13))}  ${oneLine(element)}`,
    ...reasons(verdict),
  ]);
  const sum = `${oneLine(file)}: ${same} same, ${drifted} drifted, ${missing} missing, ${unchecked} not checkable.`;
  return [...lines, sum];
}

const WORDS: Readonly<Record<Verdict['is'], string>> = {
  same: 'same',
  drifted: 'drifted',
  missing: 'missing',
  unchecked: 'not checkable',
};

function colour(verdict: Verdict, palette: Palette): (text: string) => string {
  return verdict.is === 'drifted' || verdict.is === 'missing' ? palette.bad : (text) => text;
}

function reasons(verdict: Verdict): readonly string[] {
  if (verdict.is === 'drifted')
    return verdict.what.map(({ of, wanted, found }) => `   ${of}: wanted ${oneLine(wanted)}, found ${oneLine(found)}`);
  return verdict.is === 'unchecked' ? [`   ${verdict.why.code}  ${oneLine(verdict.why.message)}`] : [];
}
