/**
 * Carries out drafts inside an open transaction.
 *
 * INVARIANTS
 * 1. A component is staged wholly before any of it mutates; one that waits does not stop the others.
 * 2. A change is applied only when everything before it (plan/order.ts) has arrived and is well.
 * 3. Stopping happens between waves, never within one; what was staged and not applied leaves no temporary.
 * 4. An address is busy from its intent until it has settled.
 */
import { asKeelsonError } from '../base/errors.ts';
import { components, order, precedence, type Precedence } from '../plan/order.ts';
import { planError } from '../plan/errors.ts';
import { temporaryName, type Address, type Change, type Draft, type StageHost, type Wait } from '../resources/kind.ts';
import { commitWave, nextWave } from './commit-wave.ts';
import type { Execution, Failure, RunOptions, RunOutcome } from './execution.ts';
import type { TxId } from './records.ts';
import { proveGuard } from './prove-guards.ts';
import { runEffects } from './run-effects.ts';
import { settle } from './settle.ts';
import { stageAll, type StageOutcome } from './stage-all.ts';

/** Bytes of journal kept free per change for its intent, its undo and its done. */
const JOURNAL_BYTES_PER_CHANGE = 4_096;

/**
 * A change that fails, waits or meets a third state is part of the outcome; the journal failing rejects. Needs that
 * form a circle fail as KSN-PLAN-001 before anything is staged.
 */
export async function runChanges(
  execution: Execution,
  tx: TxId,
  drafts: readonly Draft<unknown>[],
  options: RunOptions,
): Promise<RunOutcome> {
  const circle = circleIn(drafts);
  if (circle !== null) return { applied: [], waits: [], replan: [], failures: [circle], stopped: false };
  const run = new ChangesRun(execution, tx, drafts, options);
  return run.toEnd();
}

class ChangesRun {
  readonly #execution: Execution;
  readonly #tx: TxId;
  readonly #drafts: readonly Draft<unknown>[];
  readonly #options: RunOptions;
  #before: Precedence = new Map();
  /** Will not arrive in this run: what needs them stays too; a removal that merely comes after what is built goes on. */
  readonly #missed = new Set<Address>();
  readonly #waits: Wait[] = [];
  readonly #replan: Address[] = [];
  readonly #failures: Failure[] = [];
  readonly #applied: Change<unknown>[] = [];
  /** Staged and not yet applied. */
  readonly #pending = new Map<Address, Change<unknown>>();
  readonly #unfinished = new Set<Address>();
  readonly #settled = new Set<Address>();
  readonly #settling = new Map<Address, Promise<void>>();

  constructor(execution: Execution, tx: TxId, drafts: readonly Draft<unknown>[], options: RunOptions) {
    this.#execution = execution;
    this.#tx = tx;
    this.#drafts = drafts;
    this.#options = options;
  }

  async toEnd(): Promise<RunOutcome> {
    try {
      await this.#stage();
      await this.#takeBallast();
      await this.#applyInOrder();
      await this.#runEffects(new Set());
    } finally {
      await Promise.allSettled(this.#settling.values());
      for (const change of this.#applied) this.#execution.busy.delete(change.address);
      await this.#discard();
    }
    return {
      applied: this.#applied,
      waits: this.#waits,
      replan: this.#replan,
      failures: this.#failures,
      stopped: this.#options.stop.aborted,
    };
  }

  get #halted(): boolean {
    return this.#options.stop.aborted || (this.#failures.length > 0 && this.#options.onFailure === 'stop');
  }

  /** A repair stays (rule 6): what a hand had put there needs no way back. */
  readonly #hostOf = ({ why }: Change<unknown>): StageHost => {
    const { book, hosts } = this.#execution;
    const stays = book.state.open.get(this.#tx)?.cause === 'repair' && why === 'drift';
    return stays ? hosts.stageForGood : hosts.stage;
  };

  async #stage(): Promise<void> {
    const { book, kinds } = this.#execution;
    await book.reserve(this.#drafts.length * JOURNAL_BYTES_PER_CHANGE);
    const changes = this.#drafts.map((draft): Change<unknown> => ({ ...draft, id: book.nextChangeId(this.#tx) }));
    const outcomes = await stageAll(kinds, this.#hostOf, changes, this.#options.stop).catch((error: unknown) => {
      if (!this.#options.stop.aborted) throw error;
      return new Map();
    });
    for (const change of changes) {
      this.#pending.set(change.address, change);
      for (const claim of change.claims) this.#execution.touched.add(claim);
    }
    if (this.#options.stop.aborted) return;
    for (const component of components(this.#drafts)) {
      const stuck = new Set<Address>();
      for (const { address } of component) {
        const outcome = outcomes.get(address);
        if (outcome?.is === 'staged') this.#keep(outcome);
        else stuck.add(address);
        if (outcome?.is === 'waits') this.#waits.push(outcome.wait);
        if (outcome?.is === 'third') this.#replan.push(address);
        if (outcome?.is === 'failed') this.#failures.push({ address, reason: outcome.reason });
      }
      const [first] = stuck;
      if (first === undefined) continue;
      // A step back that cannot be made stops only what needs it.
      const together = component.every(({ why }) => why === 'undo') ? stuck : component.map(({ address }) => address);
      for (const address of together) {
        await this.#drop(address);
        this.#missed.add(address);
        if (!stuck.has(address))
          this.#waits.push({
            address,
            until: 'input',
            reason: planError('KSN-PLAN-006', `${address} belongs together with ${first}, which is not ready`, {
              element: address,
            }).toReason(),
          });
      }
    }
  }

  /** Room for undoing everything that is about to happen, taken while nothing has happened yet. */
  async #takeBallast(): Promise<void> {
    const { ballast, book } = this.#execution;
    const cause = book.state.open.get(this.#tx)?.cause;
    if (
      this.#pending.size === 0 ||
      this.#halted ||
      (cause !== 'generation' && cause !== 'override' && cause !== 'renewal')
    )
      return;
    const needed = [...this.#pending.values()].flatMap((change) => {
      // What is never put back needs no room, and may have been terabytes of nothing.
      const bytes = change.undo === 'none' ? 0 : sizeOf(change.from);
      const path = change.claims.find((claim) => claim.startsWith('path:'));
      return bytes === 0 || path === undefined ? [] : [{ path: path.slice('path:'.length), bytes }];
    });
    if (needed.length === 0) return;
    try {
      await ballast.reserveFor(this.#tx, needed);
    } catch (error) {
      const reason = asKeelsonError(error).toReason();
      for (const address of this.#pending.keys()) {
        await this.#drop(address);
        this.#waits.push({ address, reason, until: 'input' });
      }
    }
  }

  async #applyInOrder(): Promise<void> {
    let wave = nextWave(this.#execution.book.state.open.get(this.#tx));
    this.#before = precedence(this.#drafts.map((draft) => this.#pending.get(draft.address) ?? draft));
    while (this.#pending.size > 0 && !this.#halted) {
      this.#spreadMisses();
      const due = [...this.#pending.values()].filter((change) => this.#isReady(change));
      if (due.length === 0) {
        if (this.#settling.size === 0) break;
        await Promise.race(this.#settling.values());
        continue;
      }
      const ready = await this.#finishStaging(due);
      if (ready.length === 0 || this.#halted) continue;
      const outcome = await commitWave(this.#execution, this.#tx, wave, ready, this.#options.onFailure);
      for (const change of ready) this.#pending.delete(change.address);
      this.#failures.push(...outcome.failures);
      this.#replan.push(...outcome.third);
      const applied = new Set(outcome.applied);
      for (const change of ready) {
        if (applied.has(change)) continue;
        this.#missed.add(change.address);
        this.#execution.busy.delete(change.address);
        // Where that fails too, the next sweep finds it.
        await unstage(this.#execution, change).catch(() => {});
      }
      this.#applied.push(...outcome.applied);
      await this.#runEffects(new Set(this.#pending.keys()));
      await this.#proveGuards(outcome.applied);
      for (const change of outcome.applied) this.#beginSettling(change);
      this.#execution.progressed();
      wave += 1;
    }
  }

  /** Sat out to its end, also when told to stop: an unproven guard would one day undo what came after it. */
  async #proveGuards(applied: readonly Change<unknown>[]): Promise<void> {
    for (const change of applied) {
      if (change.guard === undefined) continue;
      const guard = this.#options.targets.get(change.address)?.item?.shared.guard;
      const reason = await proveGuard(this.#execution, change, guard, new AbortController().signal);
      if (reason !== null) this.#failures.push({ address: change.address, reason });
    }
  }

  #isReady(change: Change<unknown>): boolean {
    if (this.#missed.has(change.address)) return false;
    for (const need of this.#before.get(change.address) ?? [])
      if (!this.#settled.has(need) && !(this.#missed.has(need) && this.#merelyAfter(change, need))) return false;
    return true;
  }

  #spreadMisses(): void {
    for (let before = -1; before !== this.#missed.size;) {
      before = this.#missed.size;
      for (const change of this.#pending.values()) {
        const needed = [...(this.#before.get(change.address) ?? [])].filter((need) => this.#missed.has(need));
        if (needed.some((need) => !this.#merelyAfter(change, need))) this.#missed.add(change.address);
      }
    }
  }

  /** Removals come last of all, which is good manners; they do not need what is built before them. */
  #merelyAfter(change: Change<unknown>, need: Address): boolean {
    const other = this.#drafts.find(({ address }) => address === need);
    if (change.to !== null || other === undefined || other.to === null) return false;
    return !other.claims.some((claim) => change.claims.includes(claim));
  }

  #beginSettling(change: Change<unknown>): void {
    const awaited = [...this.#pending.keys()].some((address) => this.#before.get(address)?.has(change.address));
    if (!awaited) {
      // Whether it is well is the verdict's question; nobody here waits for it.
      this.#settled.add(change.address);
      this.#execution.busy.delete(change.address);
      return;
    }
    const target = this.#options.targets.get(change.address) ?? { address: change.address, item: null, owned: null };
    const ended = settle(this.#execution, change, target, this.#options.settleMs, this.#options.stop).then(
      (failure) => {
        this.#settling.delete(change.address);
        this.#execution.busy.delete(change.address);
        if (failure === null) this.#settled.add(change.address);
        else {
          this.#missed.add(change.address);
          this.#failures.push({ address: change.address, reason: failure });
        }
      },
    );
    this.#settling.set(change.address, ended);
  }

  async #runEffects(later: ReadonlySet<string>): Promise<void> {
    if (this.#halted && this.#options.onFailure === 'stop' && this.#failures.length > 0) return; // the rollback owes them
    const signal = new AbortController().signal;
    this.#failures.push(
      ...(await runEffects(this.#execution, this.#tx, {
        later,
        signal,
      })),
    );
  }

  #keep({ change, unfinished }: Extract<StageOutcome, { is: 'staged' }>): void {
    this.#pending.set(change.address, change);
    if (unfinished) this.#unfinished.add(change.address);
    else this.#unfinished.delete(change.address);
  }

  /** What could not be staged before (its folder was still to come) is staged now, side by side; what cannot be is left out. */
  async #finishStaging(ready: readonly Change<unknown>[]): Promise<readonly Change<unknown>[]> {
    const { kinds } = this.#execution;
    const late = ready.filter(({ address }) => this.#unfinished.has(address));
    if (late.length === 0) return ready;
    const outcomes = await stageAll(kinds, this.#hostOf, late, new AbortController().signal);
    for (const { address } of late) {
      const outcome = outcomes.get(address);
      if (outcome?.is === 'staged') {
        this.#keep(outcome);
        continue;
      }
      if (outcome?.is === 'waits') this.#waits.push(outcome.wait);
      if (outcome?.is === 'third') this.#replan.push(address);
      if (outcome?.is === 'failed') this.#failures.push({ address, reason: outcome.reason });
      this.#missed.add(address);
      await this.#drop(address);
    }
    return ready.flatMap(({ address }) => this.#pending.get(address) ?? []);
  }

  async #drop(address: Address): Promise<void> {
    const change = this.#pending.get(address);
    this.#pending.delete(address);
    if (change !== undefined) await unstage(this.#execution, change);
  }

  /** What was staged and will not be applied leaves no temporary. */
  async #discard(): Promise<void> {
    for (const address of this.#pending.keys()) await this.#drop(address);
  }
}

/** Refuses a circle before anything is staged. */
function circleIn(drafts: readonly Draft<unknown>[]): Failure | null {
  try {
    order(drafts);
    return null;
  } catch (error) {
    const reason = asKeelsonError(error).toReason();
    return { address: (reason.element ?? '') as Address, reason };
  }
}

/** Removes a change's temporaries; they lie beside the paths it claims. Absent is fine. */
export async function unstage(execution: Execution, change: Change<unknown>): Promise<void> {
  for (const claim of change.claims) {
    if (claim.startsWith('path:'))
      await execution.hosts.stage.temporaries.unstage(claim.slice('path:'.length), temporaryName(change.id));
  }
}

/** Bytes that putting this state back would write. */
function sizeOf(state: unknown): number {
  const size = typeof state === 'object' && state !== null && 'size' in state ? state.size : 0;
  return typeof size === 'number' ? size : 0;
}
