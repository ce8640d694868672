/** Looks at what may have drifted, when it has rested; at everything once an hour, and when wall time jumped. */
import type { Instant } from '../base/clock.ts';
import type { Address, DriftHint } from '../resources/kind.ts';
import type { DriftQueue } from './drift-queue.ts';
import type { Override } from '../apply/records.ts';
import {
  Interrupted,
  isRestrained,
  mayGoOn,
  now,
  overridesInForce,
  pause,
  restraintOf,
  Wake,
  type Reconciliation,
} from './context.ts';
import { mayPay, payDebts } from './pay-debts.ts';
import { maintain } from './maintenance.ts';
import { inMaintenance, maintained } from './next-job.ts';
import { finishLeft } from './recovery.ts';

const FULL_LOOK_MS = 60 * 60_000;
/** Wall time is compared with monotonic time this often: a jump moves expiries and due times. */
const CLOCK_CHECK_MS = 60_000;
const JUMP_MS = 5_000;
const BEHIND_LEAVE_MS = 1_000;
const OVERTAKEN_MS = 50;
const UNKNOWN_MS = 5_000;
const FAILED_MS = 5_000;

export class MaintenanceLane {
  readonly #r: Reconciliation;
  readonly #queue: DriftQueue;
  #working: Promise<void> | null = null;
  #undamped = false;
  #lookedAt: Instant | null = null;
  #failing = false;
  #lastFull = Number.NEGATIVE_INFINITY;
  #offset: number;
  #overrides: readonly Override[] = [];
  #stop: AbortController | null = null;
  /** A bell of its own: what happens on the host does not cut short what others wait for. */
  readonly #hinted = new Wake();

  constructor(r: Reconciliation, queue: DriftQueue) {
    this.#r = r;
    this.#queue = queue;
    this.#offset = r.execution.clock.now() - r.execution.clock.monotonic();
  }

  /** No pass is under way, and nothing is due. */
  get quiet(): boolean {
    return this.#working === null && this.#queue.dueIn(this.#r.execution.clock.monotonic()) !== 0;
  }

  /** A pass failed, and none has succeeded since. */
  get failing(): boolean {
    return this.#failing;
  }

  /** When a look at everything ended last; null: none has since the start. */
  get lookedAt(): Instant | null {
    return this.#lookedAt;
  }

  /** What may be changed is another now: a repair under way stops at its next step. */
  interrupt(): void {
    for (const tx of this.#r.trials.interrupt()) this.#r.left.add(tx);
    this.#stop?.abort(new Interrupted('what may be changed is another now'));
  }

  /** Resolves when the pass under way has ended. */
  async idle(): Promise<void> {
    await this.#working?.catch(() => {});
  }

  /** The next pass is a person's: damping does not hold it back. */
  undamped(): void {
    this.#undamped = true;
  }

  /** Queues addresses, or everything where the hint names none. What we are changing right now is not drift. */
  hint(hint: DriftHint): void {
    this.#queueHint(hint);
    this.#hinted.ring();
  }

  #queueHint(hint: DriftHint): void {
    const { settleMs } = this.#r.settings();
    const at = this.#r.execution.clock.monotonic();
    if (hint.addresses === undefined) {
      this.#queue.everything(at + settleMs);
      return;
    }
    for (const address of hint.addresses) {
      // What is being changed by us right now is not drift; its own transaction looks at it again.
      if (this.#r.execution.busy.has(address)) continue;
      this.#queue.add(address, at, this.#isImmediate(address) ? 0 : settleMs);
    }
  }

  #isImmediate(address: Address): boolean {
    const { immediatePaths } = this.#r.settings();
    const own = `${address.slice(address.indexOf(':') + 1)}/`;
    return immediatePaths.some((path) => own.startsWith(path.endsWith('/') ? path : `${path}/`));
  }

  /** What a crash left, debts that are due, then one pass over what has rested, or a pause. */
  async turn(signal: AbortSignal): Promise<void> {
    const { clock, book } = this.#r.execution;
    await book.judge();
    await finishLeft(this.#r, (tx) => mayGoOn(this.#r, tx) && inMaintenance(this.#r.execution.book.state, tx), signal);
    await payDebts(this.#r, signal);
    this.#noticeJump();
    this.#noticeEnds();
    this.#noticeUnknown();
    const monotonic = clock.monotonic();
    if (monotonic - this.#lastFull >= FULL_LOOK_MS) this.#queue.everything(monotonic);
    const { at: dueAt } = this.#r.due;
    if (dueAt !== null && dueAt <= now(this.#r)) this.#queue.everything(monotonic);
    const due = this.#queue.take(monotonic);
    // Taken counts as looked at: what cannot be done now is queued again with a delay, never asked for in a circle.
    if (due === 'everything') this.#lastFull = monotonic;
    if (due === null) {
      await pause(this.#r, Math.min(this.#untilNext(), CLOCK_CHECK_MS), signal, this.#hinted);
      return;
    }
    this.#stop = new AbortController();
    try {
      await (this.#working = this.#pass(due, signal, AbortSignal.any([signal, this.#stop.signal])));
      this.#failing = false;
    } catch (error) {
      this.#failing = true;
      this.#requeue(due, FAILED_MS);
      throw error;
    } finally {
      this.#stop = null;
      this.#working = null;
    }
  }

  async #pass(due: ReadonlySet<Address> | 'everything', signal: AbortSignal, stopRepair: AbortSignal): Promise<void> {
    const { state } = this.#r.execution.book;
    const observing = restraintOf(this.#r).node === 'observe';
    if (!isRestrained(this.#r) && [...state.open.values()].some((tx) => tx.cause === 'leave')) {
      this.#requeue(due, BEHIND_LEAVE_MS);
      return;
    }
    const accepted = maintained(state) ?? (observing && !state.left ? state.wanted : null);
    const desired = await this.#r.view.of(accepted, overridesInForce(this.#r));
    const undamped = this.#undamped;
    if (due === 'everything') this.#undamped = false;
    const pass = await maintain(this.#r, desired, { only: due, undamped, stopRepair }, signal);
    if (pass === 'overtaken') {
      this.#requeue(due, OVERTAKEN_MS);
      return;
    }
    const at = this.#r.execution.clock.monotonic();
    for (const [address, delay] of pass.again) this.#queue.add(address, at, delay);
    if (due === 'everything') {
      this.#lookedAt = now(this.#r);
      this.#r.due.at = pass.dueAt;
      await this.#r.tidy();
    } else if (pass.dueAt !== null) this.#r.due.at = Math.min(pass.dueAt, this.#r.due.at ?? pass.dueAt);
    this.#r.execution.progressed();
  }

  #requeue(due: ReadonlySet<Address> | 'everything', delay: number): void {
    const at = this.#r.execution.clock.monotonic();
    if (due === 'everything') this.#queue.everything(at + delay);
    else for (const address of due) this.#queue.add(address, at, delay);
  }

  #untilNext(): number {
    const monotonic = this.#r.execution.clock.monotonic();
    const waits = [this.#queue.dueIn(monotonic) ?? Number.POSITIVE_INFINITY, this.#lastFull + FULL_LOOK_MS - monotonic];
    if (this.#r.due.at !== null) waits.push(this.#r.due.at - now(this.#r));
    waits.push(this.#r.debts.dueIn(monotonic, (tx) => mayPay(this.#r, tx)));
    for (const override of overridesInForce(this.#r)) waits.push(override.expires - now(this.#r));
    return Math.max(0, Math.min(...waits.filter((wait) => !Number.isNaN(wait))));
  }

  #noticeJump(): void {
    const { clock } = this.#r.execution;
    const offset = clock.now() - clock.monotonic();
    if (Math.abs(offset - this.#offset) > JUMP_MS) this.#queue.everything(clock.monotonic());
    this.#offset = offset;
  }

  /** What could not be read, by whichever lane, is looked at again soon. */
  #noticeUnknown(): void {
    const at = this.#r.execution.clock.monotonic();
    for (const { address, condition } of this.#r.board.rows())
      if (condition === 'unknown' && !this.#queue.has(address)) this.#queue.add(address, at, UNKNOWN_MS);
  }

  /** An expired override: everything is looked at, so that the difference is shown and then repaired. */
  #noticeEnds(): void {
    const inForce = new Map(overridesInForce(this.#r).map((override) => [override.id, override]));
    const ended = this.#overrides.filter(({ id }) => !inForce.has(id));
    this.#overrides = [...inForce.values()];
    for (const { id, address, kind, by } of ended) {
      if (!this.#r.execution.book.state.overrides.has(id)) continue; // Released by somebody, who said so.
      this.#r.execution.events.emit({
        type: 'Released',
        message: `the ${kind} of ${address ?? 'the node'} by ${by} has ended`,
        ...(address !== null && { address }),
      });
    }
    if (ended.length === 0) return;
    this.#queue.everything(this.#r.execution.clock.monotonic());
    this.#r.wake.ring();
  }
}
