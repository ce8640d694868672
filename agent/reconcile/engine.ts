/**
 * The engine: two lanes over one journal. The generation lane does one job at a time, each derived from what
 * the journal says (next-job.ts); the maintenance lane repairs drift on addresses nobody else works on.
 *
 * INVARIANTS
 * 1. Nothing on the host changes but by a lane, and a lane changes nothing that its transaction does not say.
 * 2. A newer generation stops the older at its next step; a running rollback comes to its end first.
 * 3. A lane that fails unexpectedly is begun again from the journal; it never takes the process with it.
 */
import { backoff } from '../base/backoff.ts';
import { asKeelsonError, type Reason } from '../base/errors.ts';
import { SerialRunner } from '../base/serial-runner.ts';
import type { Override } from '../apply/records.ts';
import type { Preview } from '../plan/preview.ts';
import type { NodeStatus, ResourceStatus } from '../report/status.ts';
import type { DriftHint } from '../resources/kind.ts';
import type { VerifiedSpec } from '../verify/verified-spec.ts';
import { isRestrained, mayGoOn, now, overridesInForce, pause, restraintOf, type Reconciliation } from './context.ts';
import { DriftQueue } from './drift-queue.ts';
import type { Basis, EnginePort } from './engine-port.ts';
import { engineError } from './errors.ts';
import { GenerationLane } from './generation-lane.ts';
import { MaintenanceLane } from './maintenance-lane.ts';
import { drawStatus } from './node-status.ts';
import { preview } from './preview.ts';
import { recover } from './recovery.ts';
import {
  acceptSpec,
  beginRollback,
  beginRetry,
  checkOverride,
  readOnlyError,
  refuseStale,
  type SpecStore,
} from './requests.ts';
import { beginLeave } from './leave.ts';

/** What the engine leaves to whoever opened the state folder. */
export interface EngineOptions {
  readonly reconciliation: Reconciliation;
  readonly specs: SpecStore;
  /** Removes temporaries of changes that are not under way. */
  readonly sweep: () => Promise<void>;
  /** `safe-mode off`: earlier exits no longer count. */
  readonly forgetExits: () => Promise<void>;
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

const jsonBytes = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));

const LANES = { recovery: 'recovery', generation: 'generation lane', maintenance: 'maintenance lane' } as const;

const asleep = (): void => {};
const LANE_RETRY = { baseMs: 500, factor: 2, capMs: 30_000, jitter: 0.1 } as const;

export class Engine implements EnginePort {
  readonly #r: Reconciliation;
  readonly #options: EngineOptions;
  readonly #queue = new DriftQueue();
  /** Sources and people at once: the newest wins only if each sees what the one before it did. */
  readonly #accepting = new SerialRunner();
  readonly #generation: GenerationLane;
  readonly #maintenance: MaintenanceLane;
  #status: NodeStatus | null = null;
  readonly #waiters = new Set<() => void>();
  #running = new AbortController();
  /** Aborted when `run` is to end; before it, nothing is mended. */
  #stop: AbortSignal = AbortSignal.abort();
  #mending: Promise<void> | null = null;

  constructor(options: EngineOptions) {
    this.#options = options;
    this.#r = options.reconciliation;
    this.#generation = new GenerationLane(this.#r);
    this.#maintenance = new MaintenanceLane(this.#r, this.#queue);
  }

  /** Recovery, then both lanes until `signal` aborts. `ready` is called when recovery has swept and the agent can serve. */
  async run(signal: AbortSignal, ready: () => void): Promise<void> {
    this.#running = new AbortController();
    const stop = AbortSignal.any([signal, this.#running.signal]);
    this.#stop = stop;
    this.publish();
    const { readOnly } = this.#r.execution.book;
    // Tried once: what cannot be swept now is swept again when a transaction closes, and must not keep the agent away.
    if (!readOnly) await this.#options.sweep().catch((error: unknown) => this.#afterFailure(LANES.recovery, error));
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
          if (this.#maintenance.failing) this.#everything();
        },
      });
    await (readOnly ? looking : Promise.all([looking, applying()]));
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
        this.publish();
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
    if (isNew) this.publish();
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
      this.#interrupt();
      await Promise.all([this.#generation.idle(), this.#maintenance.idle()]);
      try {
        await book.recover();
        this.#r.board.unremark('journal');
        this.#leaveOpen();
      } catch (error) {
        this.#r.board.remark('journal', asKeelsonError(error).toReason());
        this.publish();
        await pause(this.#r, delays.next().value, this.#stop);
      }
    }
    this.#wake();
  }

  /** What was asked for may meet a failing disk while both lanes rest. */
  async #asked<T>(act: () => Promise<T>): Promise<T> {
    try {
      return await act();
    } finally {
      if (this.#r.execution.book.poisoned) void this.#mendJournal();
    }
  }

  async accept(spec: VerifiedSpec, basis?: Basis): Promise<void> {
    const known = await this.#accepting.run(() =>
      this.#asked(() => acceptSpec(this.#r, spec, this.#options.specs, basis)),
    );
    if (known === 'mended') return this.#everything();
    this.#generation.supersede();
    this.#wake();
  }

  refused(source: string, reason: Reason | null): void {
    if (
      reason === null ? !this.#r.board.unremark(`source ${source}`) : !this.#r.board.remark(`source ${source}`, reason)
    )
      return;
    this.publish();
  }

  hint(hint: DriftHint): void {
    this.#maintenance.hint(hint);
  }

  reconsider(): void {
    // What is under way stops when it may not go on; otherwise it need not begin again.
    if (isRestrained(this.#r)) this.#interrupt();
    this.#everything();
  }

  async override(override: Override): Promise<void> {
    await checkOverride(this.#r, override);
    const { book, events, hosts } = this.#r.execution;
    const { patch = {}, ...rest } = override;
    const recorded =
      override.kind === 'hold' ? rest : { ...rest, patch: await hosts.stage.savePreimage(jsonBytes(patch)) };
    await this.#asked(() => book.commit({ t: 'override', override: recorded }));
    events.emit({
      type: 'Held',
      message: `${override.address ?? 'the node'} ${override.kind === 'hold' ? 'is held' : 'is patched'} until ${new Date(override.expires).toISOString()}`,
      by: override.by,
      reasonGiven: override.reason,
      ...(override.address !== null && { address: override.address }),
    });
    this.#interrupt();
    this.#everything();
  }

  async release(id: string, by: string): Promise<void> {
    const { book, events } = this.#r.execution;
    const override = book.state.overrides.get(id);
    if (override === undefined) throw engineError('KSN-ENGINE-007', `no override ${id}`, { element: id });
    await this.#asked(() => book.commit({ t: 'release', id, by, at: now(this.#r) }));
    events.emit({ type: 'Released', message: `${override.address ?? 'the node'} is released`, by });
    this.#interrupt();
    this.#everything();
  }

  preview(spec?: VerifiedSpec): Promise<Preview> {
    return preview(this.#r, spec, this.#running.signal);
  }

  async reconcile(by: string, basis?: Basis): Promise<void> {
    if (basis !== undefined) refuseStale(this.#r, basis);
    this.#refuseReadOnly();
    this.#r.execution.events.emit({ type: 'ControlRequest', message: 'reconcile now', by });
    this.#maintenance.undamped();
    this.#everything();
  }

  async retry(generation: number, by: string, reason: string): Promise<void> {
    this.#refuseReadOnly();
    await this.#asked(() => beginRetry(this.#r, generation, by, reason));
    this.#wake();
  }

  async rollback(by: string, reason: string): Promise<void> {
    this.#refuseReadOnly();
    await this.#asked(() => beginRollback(this.#r, by, reason));
    this.#generation.supersede();
    this.#wake();
  }

  async leave(how: 'keep' | 'restore', by: string): Promise<void> {
    this.#refuseReadOnly();
    this.#generation.supersede();
    await this.#generation.idle();
    await this.#asked(() => beginLeave(this.#r, how, by));
    this.#wake();
  }

  async safeMode(on: boolean, by: string, reason: string): Promise<void> {
    const { book, events } = this.#r.execution;
    const at = now(this.#r);
    const why = engineError('KSN-ENGINE-010', `switched on by ${by}: ${reason}`).toReason();
    await this.#asked(() => book.commit({ t: 'safe-mode', on, at, ...(on && { reason: why }) }));
    if (!on) await this.#options.forgetExits();
    events.emit({
      type: on ? 'SafeModeEntered' : 'SafeModeLeft',
      message: on ? why.message : 'safe mode is off',
      by,
      reasonGiven: reason,
    });
    this.#interrupt();
    this.#everything();
  }

  status(): NodeStatus {
    return this.#status ?? this.publish();
  }

  resources(): readonly ResourceStatus[] {
    return this.#r.board.rows().toSorted((a, b) => (a.address < b.address ? -1 : 1));
  }

  async *watchStatus(signal: AbortSignal): AsyncIterable<NodeStatus> {
    // One promise a wait, let go of by both: a race with a long-lived one would keep a reaction for every status.
    let wake = asleep;
    const onAbort = (): void => wake();
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      while (!signal.aborted) {
        const next = new Promise<void>((resolve) => {
          wake = resolve;
        });
        this.#waiters.add(wake);
        yield this.status();
        if (!signal.aborted) await next;
        this.#waiters.delete(wake);
      }
    } finally {
      this.#waiters.delete(wake);
      signal.removeEventListener('abort', onAbort);
    }
  }

  async settled(signal: AbortSignal): Promise<NodeStatus> {
    for await (const status of this.watchStatus(signal)) {
      const { state, poisoned } = this.#r.execution.book;
      // What stands open and may not go on rests; so does what only owes an effect.
      const resting = [...state.open.values()].every(
        (tx) => !mayGoOn(this.#r, tx) || this.#r.debts.has(tx.undoes ?? tx.tx),
      );
      const quiet = this.#generation.quiet && this.#maintenance.quiet && this.#maintenance.looked;
      if (quiet && resting && !poisoned) return status;
    }
    throw signal.reason;
  }

  /** Draws and hands out the status. Called by the lanes after every step. */
  publish(): NodeStatus {
    const { book, bootId } = this.#r.execution;
    const input = {
      state: book.state,
      rows: this.#r.board.rows(),
      remarks: this.#r.board.remarks(),
      settings: this.#r.settings(),
      overrides: overridesInForce(this.#r),
      refusal: book.refusal?.toReason() ?? null,
      failing: this.#failing(),
      looked: this.#maintenance.looked,
      bootId,
      now: now(this.#r),
    };
    this.#status = drawStatus(input, this.#status);
    this.#options.publish(this.#status);
    for (const wake of this.#waiters) wake();
    this.#waiters.clear();
    return this.#status;
  }

  #failing(): Reason | null {
    const { board } = this.#r;
    return (
      Object.values(LANES)
        .map((lane) => board.remarkOf(lane))
        .find((reason) => reason !== undefined) ?? null
    );
  }

  #refuseReadOnly(): void {
    const { refusal } = this.#r.execution.book;
    if (refusal !== null) throw readOnlyError(refusal);
    if (restraintOf(this.#r).node === 'observe')
      throw engineError('KSN-ENGINE-006', 'this node only observes now (mode observe or safe mode)');
  }

  /** What may be changed is another from now on: whatever is under way stops at its next step. */
  #interrupt(): void {
    this.#generation.interrupt();
    this.#maintenance.interrupt();
  }

  #everything(): void {
    this.#queue.everything(this.#r.execution.clock.monotonic());
    this.#wake();
  }

  #wake(): void {
    this.#r.wake.ring();
    this.publish();
  }
}
