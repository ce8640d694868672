/** A question to the agent. */
import type { Reason } from '../../../base/errors.ts';

const answerMs = 5_000;

/** What came back in place of an answer; `reason` where the agent said one. */
export class Unanswered extends Error {
  readonly reason: Reason | null;

  constructor(reason: Reason | null) {
    super(reason?.message ?? 'no answer');
    this.reason = reason;
  }
}

/** The JSON of a path of ours. @throws Unanswered, also where nothing came in time */
export async function ask<T>(path: string): Promise<T> {
  try {
    const answer = await fetch(path, { cache: 'no-store', signal: AbortSignal.timeout(answerMs) });
    const body: unknown = await answer.json();
    if (answer.ok) return body as T;
    throw new Unanswered((body as { readonly error?: Reason }).error ?? null);
  } catch (error) {
    throw error instanceof Unanswered ? error : new Unanswered(null);
  }
}
