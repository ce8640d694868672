/**
 * The engine as the rest of the agent sees it: what people and sources ask for is checked, made durable, and handed to
 * the lanes (lanes.ts), which carry it out.
 */
import type { Reason } from '../base/errors.ts';
import { SerialRunner } from '../base/serial-runner.ts';
import type { Override } from '../apply/records.ts';
import type { Preview } from '../plan/preview.ts';
import type { NodeStatus, ResourceStatus } from '../report/status.ts';
import type { DriftHint } from '../resources/kind.ts';
import type { VerifiedSpec } from '../verify/verified-spec.ts';
import { isRestrained, now, restraintOf, type Reconciliation } from './context.ts';
import type { Basis, EnginePort } from './engine-port.ts';
import { engineError } from './errors.ts';
import { Lanes, type LanesOptions } from './lanes.ts';
import { preview } from './preview.ts';
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
export interface EngineOptions extends LanesOptions {
  readonly specs: SpecStore;
  /** `safe-mode off`: earlier exits no longer count. */
  readonly forgetExits: () => Promise<void>;
}

const jsonBytes = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));

export class Engine implements EnginePort {
  readonly #r: Reconciliation;
  readonly #options: EngineOptions;
  readonly #lanes: Lanes;
  /** Sources and people at once: the newest wins only if each sees what the one before it did. */
  readonly #accepting = new SerialRunner();

  constructor(options: EngineOptions) {
    this.#options = options;
    this.#r = options.reconciliation;
    this.#lanes = new Lanes(options);
  }

  /** As {@link Lanes.run}. */
  run(signal: AbortSignal, ready: () => void): Promise<void> {
    return this.#lanes.run(signal, ready);
  }

  async accept(spec: VerifiedSpec, basis?: Basis): Promise<void> {
    const known = await this.#accepting.run(() =>
      this.#lanes.asked(() => acceptSpec(this.#r, spec, this.#options.specs, basis)),
    );
    if (known === 'mended') return this.#lanes.lookAtEverything();
    // The same bytes again (a source that is read anew, a second push) stop nothing that is under way.
    if (known === 'new') this.#lanes.supersede();
    this.#lanes.wake();
  }

  refused(source: string, reason: Reason | null): void {
    if (
      reason === null ? !this.#r.board.unremark(`source ${source}`) : !this.#r.board.remark(`source ${source}`, reason)
    )
      return;
    this.#lanes.status.publish();
  }

  hint(hint: DriftHint): void {
    this.#lanes.hint(hint);
  }

  reconsider(): void {
    // What is under way stops when it may not go on; otherwise it need not begin again.
    if (isRestrained(this.#r)) this.#lanes.interrupt();
    this.#lanes.lookAtEverything();
  }

  async override(override: Override): Promise<void> {
    await checkOverride(this.#r, override);
    const { book, events, hosts } = this.#r.execution;
    const { patch = {}, ...rest } = override;
    const recorded =
      override.kind === 'hold' ? rest : { ...rest, patch: await hosts.stage.savePreimage(jsonBytes(patch)) };
    await this.#lanes.asked(() => book.commit({ t: 'override', override: recorded }));
    events.emit({
      type: 'Held',
      message: `${override.address ?? 'the node'} ${override.kind === 'hold' ? 'is held' : 'is patched'} until ${new Date(override.expires).toISOString()}`,
      by: override.by,
      reasonGiven: override.reason,
      ...(override.address !== null && { address: override.address }),
    });
    this.#lanes.interrupt();
    this.#lanes.lookAtEverything();
  }

  async release(id: string, by: string): Promise<void> {
    const { book, events } = this.#r.execution;
    const override = book.state.overrides.get(id);
    if (override === undefined) throw engineError('KSN-ENGINE-007', `no override ${id}`, { element: id });
    await this.#lanes.asked(() => book.commit({ t: 'release', id, by, at: now(this.#r) }));
    events.emit({ type: 'Released', message: `${override.address ?? 'the node'} is released`, by });
    this.#lanes.interrupt();
    this.#lanes.lookAtEverything();
  }

  preview(spec?: VerifiedSpec): Promise<Preview> {
    return preview(this.#r, spec, this.#lanes.running);
  }

  async reconcile(by: string, basis?: Basis): Promise<void> {
    if (basis !== undefined) refuseStale(this.#r, basis);
    this.#refuseReadOnly();
    this.#r.execution.events.emit({ type: 'ControlRequest', message: 'reconcile now', by });
    this.#lanes.undamped();
    this.#lanes.lookAtEverything();
  }

  async retry(generation: number, by: string, reason: string): Promise<void> {
    this.#refuseReadOnly();
    await this.#lanes.asked(() => beginRetry(this.#r, generation, by, reason));
    this.#lanes.wake();
  }

  async rollback(by: string, reason: string): Promise<void> {
    this.#refuseReadOnly();
    await this.#lanes.asked(() => beginRollback(this.#r, by, reason));
    this.#lanes.supersede();
    this.#lanes.wake();
  }

  async leave(how: 'keep' | 'restore', by: string): Promise<void> {
    this.#refuseReadOnly();
    await this.#lanes.restGeneration();
    await this.#lanes.asked(() => beginLeave(this.#r, how, by));
    this.#lanes.wake();
  }

  async safeMode(on: boolean, by: string, reason: string): Promise<void> {
    const { book, events } = this.#r.execution;
    const at = now(this.#r);
    const why = engineError('KSN-ENGINE-010', `switched on by ${by}: ${reason}`).toReason();
    await this.#lanes.asked(() => book.commit({ t: 'safe-mode', on, at, ...(on && { reason: why }) }));
    if (!on) await this.#options.forgetExits();
    events.emit({
      type: on ? 'SafeModeEntered' : 'SafeModeLeft',
      message: on ? why.message : 'safe mode is off',
      by,
      reasonGiven: reason,
    });
    this.#lanes.interrupt();
    this.#lanes.lookAtEverything();
  }

  status(): NodeStatus {
    return this.#lanes.status.current;
  }

  resources(): readonly ResourceStatus[] {
    return this.#r.board.rows().toSorted((a, b) => (a.address < b.address ? -1 : 1));
  }

  watchStatus(signal: AbortSignal): AsyncIterable<NodeStatus> {
    return this.#lanes.status.watch(signal);
  }

  async settled(signal: AbortSignal): Promise<NodeStatus> {
    for await (const status of this.watchStatus(signal)) if (this.#lanes.settled) return status;
    throw signal.reason;
  }

  /** Draws and hands out the status. Called by the lanes after every step. */
  publish(): NodeStatus {
    return this.#lanes.status.publish();
  }

  #refuseReadOnly(): void {
    const { refusal } = this.#r.execution.book;
    if (refusal !== null) throw readOnlyError(refusal);
    if (restraintOf(this.#r).node === 'observe')
      throw engineError('KSN-ENGINE-006', 'this node only observes now (mode observe or safe mode)');
  }
}
