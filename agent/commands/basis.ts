/** What ties an apply to a plan, as a person passes it on: `lb/42@91`, or `@7` where nothing is wanted yet. */
import type { Basis } from '../reconcile/engine-port.ts';
import { cliError } from './errors.ts';

/** As `keelson plan --basis` prints it, and `readBasis` takes it. */
export function basisText({ series, generation, journalSeq }: Basis): string {
  return `${series === null || generation === null ? '' : `${series}/${generation}`}@${journalSeq}`;
}

/** @throws KSN-CLI-001 for anything that `basisText` does not write. */
export function readBasis(text: string): Basis {
  const match = /^(?:([a-z0-9.-]{1,63})\/(\d{1,15}))?@(\d{1,15})$/u.exec(text);
  if (match === null) throw cliError('KSN-CLI-001', `--basis takes what keelson plan --basis prints, not '${text}'`);
  const [, series = null, generation, journalSeq] = match;
  return { series, generation: generation === undefined ? null : Number(generation), journalSeq: Number(journalSeq) };
}
