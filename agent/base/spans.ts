/** Lengths of time as people say them. */

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** "12m": within a line that has other words. Clock jumps make no negative spans. */
export function shortSpan(ms: number): string {
  if (ms < minute) return `${whole(ms, second)}s`;
  if (ms < hour) return `${whole(ms, minute)}m`;
  if (ms < 2 * day) return `${whole(ms, hour)}h`;
  return `${whole(ms, day)}d`;
}

/** "4 min": on its own. */
export function span(ms: number): string {
  if (ms < minute) return `${whole(ms, second)} s`;
  if (ms < hour) return `${whole(ms, minute)} min`;
  if (ms < 2 * day) return `${whole(ms, hour)} h`;
  return `${whole(ms, day)} days`;
}

/** "4 min ago". */
export function ago(then: number, now: number): string {
  return now - then < second ? 'just now' : `${span(now - then)} ago`;
}

/** "38 min left". */
export function left(until: number, now: number): string {
  return until <= now ? 'ends now' : `${span(until - now)} left`;
}

/** "03:12:40Z", with the date where it is not today's. */
export function clockTime(at: number, now: number): string {
  const [date = '', time = ''] = new Date(at).toISOString().split('T');
  const seconds = `${time.slice(0, 8)}Z`;
  return new Date(now).toISOString().startsWith(date) ? seconds : `${date} ${seconds}`;
}

function whole(ms: number, unit: number): number {
  return Math.max(0, Math.floor(ms / unit));
}
