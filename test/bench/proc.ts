/** What the kernel says of a process: proc(5). */
import { readdirSync, readFileSync } from 'node:fs';

/** KiB. Rss: all that is in memory. Pss: the same with shared pages divided by those who share them. */
export function memoryOf(pid: number): { readonly rss: number; readonly pss: number } {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  const field = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'mu').exec(rollup)?.[1]);
  return { rss: field('Rss'), pss: field('Pss') };
}

/** USER_HZ, the same on every architecture that we know. */
const TICKS_PER_SECOND = 100;

/** Milliseconds on a processor since the start: as /proc/PID/stat counts (utime + stime), and by the scheduler. */
export function cpuOf(pid: number): { readonly stat: number; readonly scheduler: number } {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name may hold spaces and brackets; state is the first field after it, utime and stime the 12th and 13th.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = Number(fields[11]) + Number(fields[12]);
  const nanoseconds = readdirSync(`/proc/${pid}/task`).map((task) =>
    Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0]),
  );
  return {
    stat: (ticks * 1_000) / TICKS_PER_SECOND,
    scheduler: nanoseconds.reduce((sum, each) => sum + each, 0) / 1e6,
  };
}
