/** Two writers must not fight at full speed: five repairs in ten minutes, then one a minute, growing to one an hour. */
import type { Instant } from '../base/clock.ts';
import type { Reason } from '../base/errors.ts';
import { backoffStep } from '../base/backoff.ts';
import type { Address } from '../resources/kind.ts';
import type { RepairCount } from './records.ts';

const WINDOW_MS = 10 * 60_000;
const REPAIRS_IN_WINDOW = 5;
const CONTENDED = { baseMs: 60_000, factor: 2, capMs: 60 * 60_000, jitter: 0 } as const;
/** A contended address that stayed quiet this long beyond its last wait starts anew. */
const FORGIVEN_AFTER_MS = 2 * 60 * 60_000;

/** Whether a repair may happen now. A clock that went back behind the last repair says nothing of how long that is ago. */
export function mayRepair(count: RepairCount | undefined, now: Instant): boolean {
  if (count === undefined || count.step === 0 || now >= count.notBefore) return true;
  return now < (count.times.at(-1) ?? now);
}

/** The count after one more repair at `now`; `writer`: who probably made it necessary. */
export function afterRepair(
  address: Address,
  count: RepairCount | undefined,
  now: Instant,
  writer: string | undefined = count?.writer,
): RepairCount {
  const kept = (count?.times ?? []).filter((time) => time > now - WINDOW_MS && time <= now);
  const times = [...kept, now].slice(-REPAIRS_IN_WINDOW);
  const quiet = count !== undefined && count.step > 0 && now > count.notBefore + FORGIVEN_AFTER_MS;
  const step = count === undefined || quiet ? 0 : count.step;
  if (times.length < REPAIRS_IN_WINDOW && step === 0) return { address, times, step: 0, notBefore: now };
  const known = writer === undefined ? {} : { writer };
  return { address, times, step: step + 1, notBefore: now + backoffStep(CONTENDED, step), ...known };
}

/** The count after a renewal that was undone: tried again after a minute, and ever later. */
export function afterFailure(
  address: Address,
  count: RepairCount | undefined,
  now: Instant,
  because: Reason,
): RepairCount {
  const step = count?.because === undefined ? 0 : count.step;
  return { address, times: [now], step: step + 1, notBefore: now + backoffStep(CONTENDED, step), because };
}

/** Somebody undoes our repairs: repairs are slowed down, and the last delay is not yet forgiven. */
export function isContended(count: RepairCount | undefined, now: Instant): boolean {
  return count !== undefined && count.step > 0 && now <= count.notBefore + FORGIVEN_AFTER_MS;
}
