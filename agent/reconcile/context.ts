/** What the lanes of the engine share. */
import type { Instant } from '../base/clock.ts';
import type { Entropy } from '../base/entropy.ts';
import type { Execution } from '../apply/execution.ts';
import type { OpenTransaction, TxId } from '../apply/records.ts';
import type { Reservations } from '../apply/reservations.ts';
import type { GateSpec } from '../desired/shared-fields.ts';
import { survey, type Survey } from '../plan/survey.ts';
import type { Restraint } from '../plan/withhold.ts';
import type { Address, Health, Target } from '../resources/kind.ts';
import type { Debts } from './debts.ts';
import type { Trials } from './trials.ts';
import { activeOverrides, heldBy, type Desired, type DesiredView } from './desired.ts';
import type { Ages } from '../report/standing.ts';
import type { Board } from './board.ts';

/** Asked for anew wherever they matter, so that a reload is in force from there on. */
export interface EngineSettings {
  readonly nodeName: string;
  readonly agentVersion: string;
  readonly mode: 'observe' | 'enforce';
  readonly kindModes: Readonly<Record<string, 'observe' | 'enforce'>>;
  readonly adoption: 'allow' | 'deny';
  /** Milliseconds a drift must rest before it is repaired. */
  readonly settleMs: number;
  /** Paths whose drift is repaired without that rest. */
  readonly immediatePaths: readonly string[];
}

/** One for a running engine; the lanes meet in its journal, its board and its reservations. */
export interface Reconciliation {
  readonly execution: Execution;
  readonly view: DesiredView;
  readonly board: Board;
  readonly ages: Ages;
  readonly reservations: Reservations;
  readonly debts: Debts;
  readonly trials: Trials;
  /** The wall time at which some kind wants to be asked again, as the last complete look has it. */
  readonly due: { at: Instant | null };
  /** Unjudged transactions that a crash or a failure left in the middle: finished from the journal before anything else of their lane. */
  readonly left: Set<TxId>;
  readonly entropy: Entropy;
  readonly checkGate: (gate: GateSpec, signal: AbortSignal) => Promise<Health>;
  readonly settings: () => EngineSettings;
  /** Wakes lanes that wait for something to change: an override, a new generation, a person who wants it now. */
  readonly wake: Wake;
  /** Watches what a complete look found from now on. */
  readonly watch: (targets: ReadonlyMap<Address, Target<unknown, unknown>>) => void;
  /** What runs after a transaction closed: checkpoint, sweep of pre-images and envelopes. */
  readonly tidy: () => Promise<void>;
}

/** Why an activity was told to stop: its transaction is closed as superseded, or left open for the next start. */
export class Superseded extends Error {
  override readonly name = 'Superseded';
}

/** What may be changed is another now (a hold, a patch, safe mode): stop at the next step and begin again from the journal. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

/** Stopped by something newer, not by the end of the agent. */
export function wasSuperseded(signal: AbortSignal): boolean {
  return signal.aborted && signal.reason instanceof Superseded;
}

/** A doorbell: `ring` wakes everybody who waits. */
export class Wake {
  readonly #waiting = new Set<() => void>();

  /** Wakes all who wait now; who waits later waits for the next ring. */
  ring(): void {
    const woken = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of woken) wake();
  }

  /** Called at the next ring; the answer takes that back. */
  onRing(wake: () => void): () => void {
    this.#waiting.add(wake);
    return () => this.#waiting.delete(wake);
  }
}

/** A generation says when something of it is due; whoever sleeps until then is told. */
export function noteDue(r: Reconciliation, at: Instant | null): void {
  if (r.due.at === at) return;
  r.due.at = at;
  r.wake.ring();
}

/** Wall time, milliseconds since 1970. */
export function now(r: Reconciliation): Instant {
  return r.execution.clock.now();
}

/** Holds and patches that have neither ended nor been made for another boot. */
export function overridesInForce(r: Reconciliation): ReturnType<typeof activeOverrides> {
  return activeOverrides(r.execution.book.state.overrides.values(), now(r), r.execution.bootId);
}

/** What must be left as it is now. Read-only and safe mode make the whole node observe. */
export function restraintOf(r: Reconciliation): Restraint {
  const { mode, kindModes } = r.settings();
  const { state, readOnly } = r.execution.book;
  const looksOnly = readOnly || state.safeMode !== null;
  return { node: looksOnly ? 'observe' : mode, kinds: kindModes, held: heldBy(overridesInForce(r)) };
}

/**
 * Observe mode, safe mode, a read-only journal or a hold on the whole node: nothing is begun; what was begun waits.
 * Under the hold, what is due is the exception: `mayGoOn`.
 */
export function isRestrained(r: Reconciliation): boolean {
  const { node, held } = restraintOf(r);
  return node === 'observe' || held.all;
}

/** Whether this transaction may come to its end now: a renewal, and what undoes it, also while the whole node is held. */
export function mayGoOn(r: Reconciliation, tx: Pick<OpenTransaction, 'cause' | 'undoes'>): boolean {
  const { node, held } = restraintOf(r);
  return node === 'enforce' && (!held.all || isRenewal(r, tx));
}

/** For what goes on with this transaction: a hold of the whole node is none to a renewal, nor to its undo. */
export function restraintOn(r: Reconciliation, tx: Pick<OpenTransaction, 'cause' | 'undoes'>): Restraint {
  const restraint = restraintOf(r);
  return isRenewal(r, tx) ? { ...restraint, held: { ...restraint.held, all: false } } : restraint;
}

function isRenewal(r: Reconciliation, { cause, undoes }: Pick<OpenTransaction, 'cause' | 'undoes'>): boolean {
  const undone = undoes === undefined ? undefined : r.execution.book.state.open.get(undoes);
  return (undone?.cause ?? cause) === 'renewal';
}

/**
 * Looks at the host as a state is desired, under the settings and the ledger of this moment; at `only` some addresses,
 * or at everything.
 */
export function look(
  r: Reconciliation,
  desired: Desired,
  signal: AbortSignal,
  only?: ReadonlySet<Address>,
): Promise<Survey> {
  const { kinds, book, hosts } = r.execution;
  const input = {
    kinds,
    items: desired.items,
    ledger: book.state.ledger,
    host: hosts.read,
    now: now(r),
    adoption: r.settings().adoption,
    ...(desired.accepted !== null && { series: desired.accepted.series }),
  };
  return survey(only === undefined ? input : { ...input, only }, signal);
}

/** Sleeps, or until somebody rings, here or at `also`. False when `signal` aborted. */
export async function pause(r: Reconciliation, ms: number, signal: AbortSignal, also?: Wake): Promise<boolean> {
  if (signal.aborted) return false;
  const awake = new AbortController();
  const onAbort = (): void => awake.abort();
  signal.addEventListener('abort', onAbort, { once: true });
  const leave = [r.wake.onRing(onAbort), also?.onRing(onAbort)];
  try {
    await r.execution.clock.sleep(ms, awake.signal);
  } catch {
    // Woken early.
  } finally {
    signal.removeEventListener('abort', onAbort);
    for (const take of leave) take?.();
  }
  return !signal.aborted;
}
