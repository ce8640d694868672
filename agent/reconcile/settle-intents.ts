/**
 * After a crash or a failure part way: what became of each intended change? Equal to `to` → done; equal to
 * `from` → still to be applied; a third state → somebody else's edit, planned anew; unknown → asked again later.
 */
import { applyOne, nextWave } from '../apply/commit-wave.ts';
import type { OpenTransaction } from '../apply/records.ts';
import { kindOf } from '../plan/targets.ts';
import { isPending } from '../plan/invert.ts';
import { ThirdStateError, type Change, type Observation } from '../resources/kind.ts';
import { overridesInForce, type Reconciliation } from './context.ts';
import { maintained } from './next-job.ts';

/** Changes that have come about, and those still to be applied. */
export interface SettledIntents {
  readonly arrived: readonly Change<unknown>[];
  readonly outstanding: readonly Change<unknown>[];
}

/** Observes what is neither done nor known and records what has arrived. Mutates nothing on the host. */
export async function settleIntents(
  r: Reconciliation,
  tx: OpenTransaction,
  signal: AbortSignal,
): Promise<SettledIntents> {
  const arrived: Change<unknown>[] = [];
  const outstanding: Change<unknown>[] = [];
  // A later intent of the same address replaces the earlier one.
  const latest = new Map(
    tx.intents.flatMap((intent) => intent.changes.map((change) => [change.address, change] as const)),
  );
  for (const change of latest.values()) {
    if (tx.done.has(change.id) || tx.cleaned.has(change.id) || isPending(change.to)) continue;
    const seen = await observeOne(r, change, signal);
    const kind = kindOf(r.execution.kinds, change.address);
    if (kind === undefined || 'unknown' in seen) continue;
    if (kind.same(seen.state, change.to)) arrived.push(change);
    else if (kind.same(seen.state, change.from) || kind.between?.(seen.state, change.from, change.to) === true)
      outstanding.push(change);
  }
  if (arrived.length > 0)
    await r.execution.book.commit({ t: 'done', tx: tx.tx, ids: arrived.map((change) => change.id), found: true });
  return { arrived, outstanding };
}

/**
 * Stages again (temporaries may be gone), means again (what it owes, it owes from now on) and applies what was
 * intended; says how many. One that cannot is left to the next plan.
 */
export async function completeIntents(
  r: Reconciliation,
  tx: OpenTransaction,
  outstanding: readonly Change<unknown>[],
  signal: AbortSignal,
): Promise<number> {
  const { execution } = r;
  let completed = 0;
  for (const change of outstanding) {
    const kind = kindOf(execution.kinds, change.address);
    if (kind === undefined) continue;
    for (const claim of change.claims) execution.touched.add(claim);
    await execution.writer.run(async () => {
      try {
        const staged = await kind.stage(change, execution.hosts.stage, signal);
        await execution.book.commit({ t: 'intent', tx: tx.tx, wave: nextWave(tx), changes: [staged.change] });
        if (change.guard !== undefined) await execution.guards.arm(change);
        await applyOne(execution, staged.change, signal);
        await execution.hosts.mutate.fs.flush();
        await execution.book.note({ t: 'done', tx: tx.tx, ids: [change.id] });
        completed += 1;
      } catch (error) {
        if (signal.aborted) throw error;
        // Whatever stopped it shows again when the transaction goes on, with its own words.
        if (!(error instanceof ThirdStateError))
          execution.events.emit({
            type: 'Recovered',
            address: change.address,
            tx: tx.tx,
            message: `${change.address} is planned anew after the restart`,
          });
      }
    });
  }
  return completed;
}

/** What is at one address now. An address that its kind leaves out, or whose kind is gone, is unknown. */
export async function observeOne(
  r: Reconciliation,
  change: Pick<Change<unknown>, 'address'>,
  signal: AbortSignal,
): Promise<Observation<unknown>> {
  const kind = kindOf(r.execution.kinds, change.address);
  const owned = r.execution.book.state.ledger.get(change.address) ?? null;
  const { items } = await r.view.of(maintained(r.execution.book.state), overridesInForce(r));
  const item = items.find((one) => one.address === change.address) ?? null;
  const target = { address: change.address, item, owned };
  const seen = await kind?.observe([target], r.execution.hosts.read, signal);
  return (
    seen?.get(change.address) ?? {
      unknown: { code: 'KSN-PLAN-002', fault: 'environment', message: `${change.address} was not observed` },
    }
  );
}
