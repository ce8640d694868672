/** Lengths of time as options take them. */
import { parseDuration } from '../base/units.ts';
import { cliError } from './errors.ts';

export function durationOf(text: string, option: string): number {
  const ms = parseDuration(text);
  if (ms === null || ms === 0)
    throw cliError('KSN-CLI-001', `${option} takes a duration such as 30m or 1h30m, not '${text}'`);
  return ms;
}
