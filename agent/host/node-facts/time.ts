/** The time zone, and whether a service keeps the clock right. */
import type { TimeFacts } from './document.ts';
import { present, type FactFiles } from './fact-files.ts';

/** As tzdata has them, under whichever folder a link leads to. */
const ZONE = /\/zoneinfo\/(?:posix\/|right\/)?([A-Za-z0-9_+-]+(?:\/[A-Za-z0-9_+-]+){0,2})$/;
const CHRONY_RUNS = ['/run/chrony/chronyd.pid', '/run/chronyd.pid', '/var/run/chrony/chronyd.pid'] as const;

/** `tracking`: what `chronyc -n -c tracking` says, undefined where it says nothing. Asked only where chrony runs. */
export async function time(files: FactFiles, tracking: () => Promise<string | undefined>): Promise<TimeFacts> {
  return present({ zone: await zone(files), sync: await sync(files, tracking) });
}

async function zone(files: FactFiles): Promise<string | undefined> {
  const [, linked] = ZONE.exec((await files.target('/etc/localtime')) ?? '') ?? [];
  if (linked !== undefined) return linked;
  const [, written] = ZONE.exec(`/zoneinfo/${(await files.text('/etc/timezone')) ?? ''}`) ?? [];
  // localtime(5): without the file it is UTC. A copied file says no name.
  return written ?? ((await files.exists('/etc/localtime')) ? undefined : 'UTC');
}

async function sync(
  files: FactFiles,
  tracking: () => Promise<string | undefined>,
): Promise<TimeFacts['sync'] | undefined> {
  for (const pidFile of CHRONY_RUNS) {
    if (!(await files.exists(pidFile))) continue;
    const said = await tracking();
    return said === undefined ? undefined : chronyTracking(said);
  }
  if (!(await files.exists('/run/systemd/timesync'))) return undefined;
  return { by: 'timesyncd', synchronised: await files.exists('/run/systemd/timesync/synchronized') };
}

/**
 * Columns: reference id, source, stratum, reference time, offset of the system time, …, leap status. Undefined where it
 * is none of that.
 */
export function chronyTracking(text: string): TimeFacts['sync'] | undefined {
  const line = text.split('\n').find((each) => /^[0-9A-F]{8},/.test(each));
  const cells = line?.trim().split(',') ?? [];
  if (cells.length < 14) return undefined;
  const [, source = '', stratum = '', , offset = ''] = cells;
  const synchronised = cells[13] !== 'Not synchronised';
  const behind = Number(offset);
  return {
    by: 'chrony',
    synchronised,
    ...(synchronised && source !== '' && { source }),
    ...(synchronised && /^\d{1,2}$/.test(stratum) && { stratum: Number(stratum) }),
    ...(synchronised && offset !== '' && Number.isFinite(behind) && { offsetSeconds: behind }),
  };
}
