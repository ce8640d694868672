/** Addresses that something else writes too (rule 22): called contended until they have been quiet, with the likely writer. */
import type { Reason } from '../base/errors.ts';
import { afterRepair, isContended } from '../apply/damping.ts';
import { executionError } from '../apply/execution-errors.ts';
import type { RepairCount } from '../apply/records.ts';
import type { Survey } from '../plan/survey.ts';
import type { Address, Draft } from '../resources/kind.ts';
import { now, type Reconciliation } from './context.ts';
import { likelyWriter } from './likely-writer.ts';

/** After a look: what is as desired between two rounds of a fight is contended all the same. */
export function showContended(r: Reconciliation, seen: Survey, free: readonly Draft<unknown>[]): void {
  const { board, execution } = r;
  const differing = new Set(free.map(({ address }) => address));
  for (const address of seen.targets.keys()) {
    const count = execution.book.state.repairs.get(address);
    const condition = board.get(address)?.condition;
    if (count === undefined || !isContended(count, now(r))) {
      if (condition === 'contended') board.set(address, { condition: 'ok' }, now(r));
    } else if (count.because === undefined) {
      if (differing.has(address) || condition === 'ok' || condition === 'placed')
        board.set(address, { condition: 'contended', reason: contention(count) }, now(r));
    } else if (differing.has(address)) board.set(address, { condition: 'failed', reason: count.because }, now(r));
  }
}

/** Why an address counts as contended (KSN-EXEC-010), with the likely writer where one was found. */
export function contention({ address, writer }: Pick<RepairCount, 'address' | 'writer'>): Reason {
  const likely = writer === undefined ? '' : `, probably by ${writer}`;
  return executionError('KSN-EXEC-010', `${address} is changed again and again by something else${likely}`, {
    element: address,
  }).toReason();
}

/** Who probably wrote what is repaired once too often, seen while it is still there. */
export async function rivals(
  r: Reconciliation,
  drafts: readonly Draft<unknown>[],
  seen: Survey,
): Promise<ReadonlyMap<Address, string>> {
  const found = new Map<Address, string>();
  for (const draft of drafts) {
    const { address } = draft;
    if (!isDamped(r, draft)) continue;
    if (afterRepair(address, r.execution.book.state.repairs.get(address), now(r)).step === 0) continue;
    const writer = await likelyWriter(draft, seen.targets.get(address), r.execution.hosts.read);
    if (writer !== undefined) found.set(address, writer);
  }
  return found;
}

/** Its repairs are counted. What a renewal that was undone left is put back all the same. */
export function isDamped(r: Reconciliation, { address, why }: Draft<unknown>): boolean {
  return why === 'drift' && r.execution.book.state.repairs.get(address)?.because === undefined;
}
