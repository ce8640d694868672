/**
 * The life of the two lanes over one journal. The generation lane does one job at a time, each derived from what the
 * journal says (next-job.ts); the maintenance lane repairs drift on addresses nobody else works on.
 *
 * INVARIANTS
 * 1. Nothing on the host changes but by a lane, and a lane changes nothing that its transaction does not say.
 * 2. A newer generation stops the older at its next step; a running rollback comes to its end first.
 * 3. A lane that fails unexpectedly is begun again from the journal; it never takes the process with it.
 */
import { backoff } from '../base/backoff.ts';
import { asKeelsonError, type Reason } from '../base/errors.ts';
import type { NodeStatus } from '../report/status.ts';
import type { DriftHint } from '../resources/kind.ts';
import { mayGoOn, now, overridesInForce, pause, type Reconciliation } from './context.ts';
import { DriftQueue } from './drift-queue.ts';
import { engineError } from './errors.ts';
import { GenerationLane } from './generation-lane.ts';
import { MaintenanceLane } from './maintenance-lane.ts';
import { drawStatus } from './node-status.ts';
import { recover } from './recovery.ts';
import { StatusFeed } from './status-feed.ts';

export interface LanesOptions {
  readonly reconciliation: Reconciliation;
  /** Removes temporaries of changes that are not under way. */
  readonly sweep: () => Promise<void>;
  readonly publish: (status: NodeStatus) => void;
}

interface Lane {
  /** Under which its failure stands among the remarks. */
  readonly name: string;
  readonly work: () => Promise<void>;
  /** Until it has succeeded once. */
  readonly once?: boolean;
  /** Asked after a success: whether what had failed is over. */
  readonly isWell?: () => boolean;
}

const LANES = { recovery: 'recovery', generation: 'generation lane', maintenance: 'maintenance lane' } as const;

const LANE_RETRY = { baseMs: 500, factor: 2, capMs: 30_000, jitter: 0.1 } as const;

export class Lanes {
  readonly #r: Reconciliation;
  readonly #sweep: () => Promise<void>;
  readonly #queue = new DriftQueue();
  readonly #generation: GenerationLane;
  readonly #maintenance: MaintenanceLane;
  readonly status: StatusFeed;
  #running = new AbortController();
  /** Aborted when `run` is to end; before it, nothing is mended. */
  #stop: AbortSignal = AbortSignal.abort();
  #mending: Promise<void> | null = null;

  constructor({ reconciliation, sweep, publish }: LanesOptions) {
    this.#r = reconciliation;
    this.#sweep = sweep;
    this.#generation = new GenerationLane(reconciliation);
    this.#maintenance = new MaintenanceLane(reconciliation, this.#queue);
    this.status = new StatusFeed((before) => this.#draw(before), publish);
  }

  /** Recovery, then both lanes until `signal` aborts. `ready` is called when recovery has swept and the agent can serve. */
  async run(signal: AbortSignal, ready: () => void): Promise<void> {
    this.#running = new AbortController();
    const stop = AbortSignal.any([signal, this.#running.signal]);
    this.#stop = stop;
    this.status.publish();
    const { readOnly } = this.#r.execution.book;
    // Tried once: what cannot be swept now is swept again when a transaction closes, and must not keep the agent away.
    if (!readOnly) await this.#sweep().catch((error: unknown) => this.#afterFailure(LANES.recovery, error));
    ready();
    if (!readOnly) await this.#forEver(stop, { name: LANES.recovery, work: () => recover(this.#r, stop), once: true });
    this.#queue.everything(this.#r.execution.clock.monotonic());
    const looking = this.#forEver(stop, {
      name: LANES.maintenance,
      work: () => this.#maintenance.turn(stop),
      // A turn that found nothing due says nothing about what has failed.
      isWell: () => !this.#maintenance.failing,
    });
    const applying = (): Promise<void> =>
      this.#forEver(stop, {
        name: LANES.generation,
        work: async () => {
          await this.#generation.turn(stop);
          // What the other lane fails with may be over.
          if (this.#maintenance.failing) this.lookAtEverything();
        },
      });
    await (readOnly ? looking : Promise.all([looking, applying()]));
  }

  /** Aborted when `run` ends. */
  get running(): AbortSignal {
    return this.#running.signal;
  }

  /** Neither lane is at work or has anything due: what stands open may not go on, or only owes an effect. */
  get settled(): boolean {
    const { state, poisoned } = this.#r.execution.book;
    const resting = [...state.open.values()].every(
      (tx) => !mayGoOn(this.#r, tx) || this.#r.debts.has(tx.undoes ?? tx.tx),
    );
    const quiet = this.#generation.quiet && this.#maintenance.quiet && this.#maintenance.lookedAt !== null;
    return quiet && resting && !poisoned;
  }

  hint(hint: DriftHint): void {
    this.#maintenance.hint(hint);
  }

  /** The next look of maintenance is not held back by damping. */
  undamped(): void {
    this.#maintenance.undamped();
  }

  /** What is wanted is another: the generation under way stops at its next step. */
  supersede(): void {
    this.#generation.supersede();
  }

  /** Stops the generation under way, and waits until its lane rests. */
  async restGeneration(): Promise<void> {
    this.#generation.supersede();
    await this.#generation.idle();
  }

  /** What may be changed is another from now on: whatever is under way stops at its next step. */
  interrupt(): void {
    this.#generation.interrupt();
    this.#maintenance.interrupt();
  }

  lookAtEverything(): void {
    this.#queue.everything(this.#r.execution.clock.monotonic());
    this.wake();
  }

  wake(): void {
    this.#r.wake.ring();
    this.status.publish();
  }

  /** What was asked for may meet a failing disk while both lanes rest. */
  async asked<T>(act: () => Promise<T>): Promise<T> {
    try {
      return await act();
    } finally {
      if (this.#r.execution.book.poisoned) void this.#mendJournal();
    }
  }

  /** Runs `work` again and again (or until it succeeds once); failures back off, a poisoned journal is reopened first. */
  async #forEver(stop: AbortSignal, { name, work, once = false, isWell = () => true }: Lane): Promise<void> {
    let delays = backoff(LANE_RETRY, this.#r.entropy);
    while (!stop.aborted) {
      try {
        await work();
        if (isWell()) this.#r.board.unremark(name);
        if (once) return;
        delays = backoff(LANE_RETRY, this.#r.entropy);
        this.status.publish();
      } catch (error) {
        if (stop.aborted) return;
        await this.#afterFailure(name, error);
        if (!(await pause(this.#r, delays.next().value, stop))) return;
      }
    }
  }

  async #afterFailure(lane: string, error: unknown): Promise<void> {
    const failure = asKeelsonError(error);
    const reason = engineError('KSN-ENGINE-008', `${failure.code} ${failure.message}`, {
      cause: error,
      ...(failure.element !== undefined && { element: failure.element }),
      ...(failure.remedy !== undefined && { remedy: failure.remedy }),
    }).toReason();
    const isNew = this.#r.board.remark(lane, reason);
    this.#r.execution.events.emit({ type: 'LaneFailed', message: reason.message, reason });
    this.#leaveOpen();
    if (isNew) this.status.publish();
    if (this.#r.execution.book.poisoned) await this.#mendJournal();
  }

  /** Nobody knows how far the unjudged got: their lane finds out before it goes on. */
  #leaveOpen(): void {
    for (const tx of this.#r.execution.book.state.open.values()) if (tx.verdict === null) this.#r.left.add(tx.tx);
  }

  /** A write to the journal failed, so what is durable is unknown: whatever is under way stops, and it is read again. */
  #mendJournal(): Promise<void> {
    this.#mending ??= this.#mend().finally(() => {
      this.#mending = null;
    });
    return this.#mending;
  }

  async #mend(): Promise<void> {
    const { book } = this.#r.execution;
    const delays = backoff(LANE_RETRY, this.#r.entropy);
    while (book.poisoned && !this.#stop.aborted) {
      this.interrupt();
      await Promise.all([this.#generation.idle(), this.#maintenance.idle()]);
      try {
        await book.recover();
        this.#r.board.unremark('journal');
        this.#leaveOpen();
      } catch (error) {
        this.#r.board.remark('journal', asKeelsonError(error).toReason());
        this.status.publish();
        await pause(this.#r, delays.next().value, this.#stop);
      }
    }
    this.wake();
  }

  #draw(before: NodeStatus | null): NodeStatus {
    const { book, bootId } = this.#r.execution;
    const input = {
      state: book.state,
      rows: this.#r.board.rows(),
      remarks: this.#r.board.remarks(),
      settings: this.#r.settings(),
      overrides: overridesInForce(this.#r),
      refusal: book.refusal?.toReason() ?? null,
      failing: this.#failing(),
      lookedAt: this.#maintenance.lookedAt,
      bootId,
      ages: this.#r.ages,
      now: now(this.#r),
    };
    return drawStatus(input, before);
  }

  #failing(): Reason | null {
    const { board } = this.#r;
    return (
      Object.values(LANES)
        .map((lane) => board.remarkOf(lane))
        .find((reason) => reason !== undefined) ?? null
    );
  }
}
