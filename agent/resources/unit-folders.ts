/** Where systemd reads units: what is changed there is nothing until it has read all of them anew. */
import type { Effect } from './kind.ts';
import { UNIT_FILES } from './unit-effects.ts';

/** Quadlet's too: a generator makes units of what lies there, at every daemon-reload. */
const FOLDERS = [
  '/etc/systemd/system',
  '/run/systemd/system',
  '/usr/local/lib/systemd/system',
  '/usr/lib/systemd/system',
  '/etc/containers/systemd',
  '/usr/share/containers/systemd',
] as const;

/** What a change of this file or link owes beside what its spec says. */
export function owedByPath(path: string): readonly Effect[] {
  return FOLDERS.some((folder) => path.startsWith(`${folder}/`)) ? [{ target: UNIT_FILES, verb: 'daemon-reload' }] : [];
}
