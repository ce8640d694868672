/** Ledger rows follow the spec where the thing itself stays as it is, and go where it is no longer ours. */
import type { JournalRecord, TxId } from '../apply/records.ts';
import type { Survey } from '../plan/survey.ts';
import type { Owned, Target } from '../resources/kind.ts';
import type { Reconciliation } from './context.ts';

/** Records disowned addresses and rows whose claims, needs or onRemove the spec says differently now. */
export async function keepBooks(r: Reconciliation, seen: Survey, tx?: TxId): Promise<void> {
  const records: JournalRecord[] = [];
  for (const note of seen.notes) {
    if (note.disown !== true || !r.execution.book.state.ledger.has(note.address)) continue;
    const observed = seen.seen.get(note.address);
    const from = observed !== undefined && 'state' in observed ? { from: observed.state } : {};
    records.push({ t: 'disown', address: note.address, reason: note.reason, ...(tx !== undefined && { tx, ...from }) });
    r.board.delete(note.address);
    r.execution.events.emit({
      type: 'ResourceLeft',
      address: note.address,
      message: note.reason.message,
      reason: note.reason,
    });
  }
  // What waits is as it was, and so is where it lies: a row that said otherwise would lose it.
  const waiting = new Set(seen.waits.map(({ address }) => address));
  const rows = [...seen.targets.values()].filter(({ address }) => !waiting.has(address)).flatMap(staleRow);
  if (rows.length > 0) records.push({ t: 'refresh', rows });
  if (records.length > 0) await r.execution.book.commit(...records);
}

function staleRow({
  item,
  owned,
}: Target<unknown, unknown>): readonly Pick<Owned<unknown>, 'address' | 'claims' | 'needs' | 'onRemove'>[] {
  if (item === null || owned === null) return [];
  const { claims, needs, shared } = item;
  if (sameList(claims, owned.claims) && sameList(needs, owned.needs) && shared.onRemove === owned.onRemove) return [];
  return [{ address: item.address, claims, needs, onRemove: shared.onRemove }];
}

function sameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((value, index) => value === b[index]);
}
