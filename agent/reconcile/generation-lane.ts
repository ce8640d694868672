/** One job after another, each derived from the journal. */
import { withhold } from '../plan/withhold.ts';
import {
  Interrupted,
  isRestrained,
  look,
  now,
  overridesInForce,
  pause,
  restraintOf,
  Superseded,
  type Reconciliation,
} from './context.ts';
import { finish, nameOf, runGeneration } from './generation.ts';
import { disarmGuards } from '../apply/prove-guards.ts';
import { runLeave } from './leave.ts';
import { inMaintenance, nextJob, type Job } from './next-job.ts';
import { finishLeft } from './recovery.ts';
import { runRollback } from './rollback.ts';

/** With nothing to do it sleeps until somebody rings; this long at most, so that a lost ring costs little. */
const IDLE_MS = 10 * 60_000;

export class GenerationLane {
  readonly #r: Reconciliation;
  #current: { readonly job: Job; readonly stop: AbortController; readonly ended: Promise<void> } | null = null;

  constructor(r: Reconciliation) {
    this.#r = r;
  }

  /** No job is under way and none is due. */
  get quiet(): boolean {
    if (this.#current !== null) return false;
    return nextJob(this.#r.execution.book.state) === null || isRestrained(this.#r);
  }

  /** Tells a running generation to stop at its next step. A rollback stops only where it cannot come to its end. */
  supersede(): void {
    const { job, stop } = this.#current ?? {};
    if (job === undefined || stop === undefined) return;
    if (job.do === 'rollback' && this.#r.execution.book.state.rollbackIncomplete === null) return;
    stop.abort(new Superseded('a newer generation was accepted'));
  }

  /** What may be done is another now: the job under way stops at its next step and begins again from the journal. */
  interrupt(): void {
    this.#current?.stop.abort(new Interrupted('what may be changed is another now'));
  }

  /** Resolves when the job under way has ended. */
  async idle(): Promise<void> {
    await this.#current?.ended.catch(() => {});
  }

  /**
   * One job from where the journal says it stands, or a pause where there is none or nothing may be changed. Rejects
   * where something is unexpected; the next turn goes on from the journal.
   */
  async turn(signal: AbortSignal): Promise<void> {
    const job = nextJob(this.#r.execution.book.state);
    if (job === null) {
      await pause(this.#r, IDLE_MS, signal);
      return;
    }
    if (isRestrained(this.#r)) {
      await this.#showOnly(job, signal);
      await pause(this.#r, IDLE_MS, signal);
      return;
    }
    if (await finishLeft(this.#r, (tx) => !inMaintenance(this.#r.execution.book.state, tx), signal)) return;
    const stop = new AbortController();
    const both = linked(signal, stop);
    const work = this.#do(job, both.signal);
    this.#current = { job, stop, ended: work };
    try {
      await work;
    } catch (error) {
      if (signal.aborted || error !== stop.signal.reason) throw error;
    } finally {
      this.#current = null;
      both.unlink();
    }
  }

  async #do(job: Job, stop: AbortSignal): Promise<void> {
    switch (job.do) {
      case 'rollback':
        return runRollback(this.#r, job.failed, job.resumed, stop);
      case 'generation': {
        const wanted = this.#r.execution.book.state.wanted;
        if (job.resumed !== null && wanted !== null && wanted.digest !== job.accepted.digest)
          return this.#closeSuperseded(job.resumed.tx, nameOf(job.accepted));
        return runGeneration(this.#r, job.accepted, job.resumed, stop);
      }
      case 'finish':
        return finish(this.#r, job.tx.tx, await this.#r.view.of(job.accepted, overridesInForce(this.#r)), stop);
      case 'leave':
        return runLeave(this.#r, job.tx, stop);
      case 'close':
        await this.#r.execution.ballast.release(job.tx.tx);
        return this.#r.execution.book.commit({ t: 'close', tx: job.tx.tx, left: [], at: now(this.#r) });
    }
  }

  /** A newer generation was accepted while the agent was down. */
  async #closeSuperseded(tx: string, name: string): Promise<void> {
    const { ballast, book, events, clock } = this.#r.execution;
    await disarmGuards(this.#r.execution, tx);
    await ballast.release(tx);
    const at = clock.now();
    await book.commit({ t: 'verdict', tx, outcome: 'superseded', at }, { t: 'close', tx, left: [], at });
    events.emit({ type: 'Superseded', message: `${name} was superseded before its verdict`, tx });
  }

  async #showOnly(job: Job, signal: AbortSignal): Promise<void> {
    if (job.do !== 'generation') return;
    const desired = await this.#r.view.of(job.accepted, overridesInForce(this.#r));
    const seen = await look(this.#r, desired, signal);
    this.#r.board.show(
      seen,
      withhold(seen.drafts, seen.waits, restraintOf(this.#r), this.#r.execution.kinds),
      now(this.#r),
      true,
    );
    this.#r.execution.progressed();
  }
}

/** Aborts when either does, with that one's reason; `unlink` lets go of the long-lived one. */
function linked(outer: AbortSignal, inner: AbortController): { readonly signal: AbortSignal; unlink(): void } {
  const onAbort = (): void => inner.abort(outer.reason);
  if (outer.aborted) onAbort();
  outer.addEventListener('abort', onAbort, { once: true });
  return { signal: inner.signal, unlink: () => outer.removeEventListener('abort', onAbort) };
}
