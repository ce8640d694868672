/** Waits for a job of systemd to its end, and says how it ended. */
import type { Clock } from '../../base/clock.ts';
import { DeadlineError, withDeadline } from '../../base/deadline.ts';
import type { Call } from './bus.ts';
import { unitError } from './errors.ts';
import { BusClosed, jobFailed } from './foreign-errors.ts';
import { MANAGER, type Session } from './session.ts';

export interface JobAsked {
  /** Answers the path of the job. */
  readonly call: Call;
  /** For people: 'restart of x.service'. */
  readonly what: string;
  readonly unit: string;
  readonly timeoutMs: number;
}

/** What became of a unit whose job could not be heard ending; null: it still has a job. */
export type LookAgain = (unit: string, signal: AbortSignal) => Promise<'done' | 'failed' | null>;

const LOOK_EVERY_MS = 250;

/** Resolves when the job came to `done`. @throws KSN-UNIT-… for every other result, each its own. */
export async function awaitJob(
  session: Session,
  asked: JobAsked,
  { clock, lookAgain }: { readonly clock: Clock; readonly lookAgain: LookAgain },
  signal: AbortSignal,
): Promise<void> {
  const { what, unit, timeoutMs } = asked;
  try {
    await withDeadline(clock, timeoutMs, signal, async (inner) => {
      const result = await resultOf(session, asked, inner).catch((error: unknown) => {
        if (error instanceof BusClosed) return lookUntilOver(unit, lookAgain, clock, inner);
        throw error;
      });
      if (result !== 'done') throw jobFailed(result, what, unit);
    });
  } catch (error) {
    if (error instanceof DeadlineError && !signal.aborted)
      throw unitError('KSN-UNIT-016', `${what} is not done after ${timeoutMs / 1000} s`, { element: unit });
    throw error;
  }
}

/** @throws BusClosed where the job was begun and its end cannot be heard. */
async function resultOf(session: Session, { call, what, unit }: JobAsked, signal: AbortSignal): Promise<string> {
  const ended = new Map<string, string>();
  const over = Promise.withResolvers<string>();
  over.promise.catch(() => {});
  let job: string | null = null;
  const tell = (): void => {
    const result = job === null ? undefined : ended.get(job);
    if (result !== undefined) over.resolve(result);
  };
  // Listening begins before the call: the job may have ended before its name is known here.
  const listening = await session.listen(
    ({ interface: from, member, body }) => {
      if (from !== MANAGER.interface || member !== 'JobRemoved') return;
      ended.set(String(body[1]), String(body[3]));
      tell();
    },
    () => over.reject(new BusClosed('the end of a job could not be heard')),
    signal,
  );
  const leave = (): void => over.reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
  signal.addEventListener('abort', leave, { once: true });
  try {
    job = String((await session.write({ call, what, element: unit }, signal))[0]);
    tell();
    return await over.promise;
  } finally {
    signal.removeEventListener('abort', leave);
    listening.close();
  }
}

async function lookUntilOver(unit: string, lookAgain: LookAgain, clock: Clock, signal: AbortSignal): Promise<string> {
  for (;;) {
    await clock.sleep(LOOK_EVERY_MS, signal);
    const became = await lookAgain(unit, signal);
    if (became !== null) return became;
  }
}
